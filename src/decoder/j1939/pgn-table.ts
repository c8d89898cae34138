/**
 * The SPN table, whole: the groups that every truck sends, by topic, and those of fleet-groups.ts.
 * The shape of a row is told in rows.ts.
 */
import { fleetGroups } from './fleet-groups.ts'
import type { PgnRow } from './rows.ts'
import { brakeControlGroups } from './table/brake-control.ts'
import { brakeStateGroups } from './table/brake-state.ts'
import { cabGroups } from './table/cab.ts'
import { cabCommandGroups } from './table/cab-commands.ts'
import { cruiseAndSpeedGroups } from './table/cruise-and-speed.ts'
import { dashGroups } from './table/dash.ts'
import { directLampGroups } from './table/direct-lamps.ts'
import { distanceAndHoursGroups } from './table/distance-and-hours.ts'
import { dosingAndRegenerationGroups } from './table/dosing-and-regeneration.ts'
import { electricalGroups } from './table/electrical.ts'
import { engineActuatorGroups } from './table/engine-actuators.ts'
import { engineConfigurationGroups } from './table/engine-configuration.ts'
import { engineControlGroups } from './table/engine-control.ts'
import { engineStateGroups } from './table/engine-state.ts'
import { exhaustGroups } from './table/exhaust.ts'
import { exhaustGasGroups } from './table/exhaust-gas.ts'
import { fuelGroups } from './table/fuel.ts'
import { fuelAndAirGroups } from './table/fuel-and-air.ts'
import { identificationGroups } from './table/identification.ts'
import { impostorAlertGroups } from './table/impostor-alert.ts'
import { intakeAirGroups } from './table/intake-air.ts'
import { positionAndTimeGroups } from './table/position-and-time.ts'
import { pressureGroups } from './table/pressures.ts'
import { retarderConfigurationGroups } from './table/retarder-configuration.ts'
import { shiftDisplayGroups } from './table/shift-display.ts'
import { temperatureGroups } from './table/temperatures.ts'
import { transmissionControlGroups } from './table/transmission-control.ts'
import { transmissionFluidGroups } from './table/transmission-fluids.ts'
import { turbochargerGroups } from './table/turbochargers.ts'
import { wheelGroups } from './table/wheels.ts'

const groups: readonly PgnRow[] = [
  ...brakeControlGroups,
  ...brakeStateGroups,
  ...cabGroups,
  ...cabCommandGroups,
  ...cruiseAndSpeedGroups,
  ...dashGroups,
  ...directLampGroups,
  ...distanceAndHoursGroups,
  ...dosingAndRegenerationGroups,
  ...electricalGroups,
  ...engineActuatorGroups,
  ...engineConfigurationGroups,
  ...engineControlGroups,
  ...engineStateGroups,
  ...exhaustGroups,
  ...exhaustGasGroups,
  ...fuelGroups,
  ...fuelAndAirGroups,
  ...identificationGroups,
  ...impostorAlertGroups,
  ...intakeAirGroups,
  ...positionAndTimeGroups,
  ...pressureGroups,
  ...retarderConfigurationGroups,
  ...shiftDisplayGroups,
  ...temperatureGroups,
  ...transmissionControlGroups,
  ...transmissionFluidGroups,
  ...turbochargerGroups,
  ...wheelGroups,
  ...fleetGroups,
]

/** In order of PGN. */
export const pgnTable: readonly PgnRow[] = [...groups].sort((a, b) => a.pgn - b.pgn)
