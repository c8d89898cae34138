/**
 * The parameter groups that a fleet asks for beside those of every engine: tachograph, tyres,
 * weights, doors, trips, traction battery and the like. One table of the files of its topics.
 */
import type { PgnRow } from './rows.ts'
import { airSuspensionGroups } from './table/air-suspension.ts'
import { batteryGroups } from './table/batteries.ts'
import { brakePressureGroups } from './table/brake-pressures.ts'
import { componentTextGroups } from './table/component-texts.ts'
import { courseGroups } from './table/course.ts'
import { cylinderGroups } from './table/cylinders.ts'
import { doorGroups } from './table/doors.ts'
import { driverAssistanceGroups } from './table/driver-assistance.ts'
import { fluidGroups } from './table/fluids.ts'
import { gasEngineGroups } from './table/gas-engines.ts'
import { gearGroups } from './table/gears.ts'
import { heaterGroups } from './table/heaters.ts'
import { lightGroups } from './table/lights.ts'
import { particulateFilterGroups } from './table/particulate-filters.ts'
import { ptoDriveGroups } from './table/pto-drives.ts'
import { serviceGroups } from './table/service.ts'
import { tachographGroups } from './table/tachograph.ts'
import { tractionBatteryGroups } from './table/traction-battery.ts'
import { tripGroups } from './table/trips.ts'
import { tyreGroups } from './table/tyres.ts'
import { weightGroups } from './table/weights.ts'

export const fleetGroups: readonly PgnRow[] = [
  ...airSuspensionGroups,
  ...batteryGroups,
  ...brakePressureGroups,
  ...componentTextGroups,
  ...courseGroups,
  ...cylinderGroups,
  ...doorGroups,
  ...driverAssistanceGroups,
  ...fluidGroups,
  ...gasEngineGroups,
  ...gearGroups,
  ...heaterGroups,
  ...lightGroups,
  ...particulateFilterGroups,
  ...ptoDriveGroups,
  ...serviceGroups,
  ...tachographGroups,
  ...tractionBatteryGroups,
  ...tripGroups,
  ...tyreGroups,
  ...weightGroups,
]
