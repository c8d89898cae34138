/**
 * SLOTs: how a raw J1939 parameter becomes a quantity — width, resolution, offset, unit — and the
 * indicator ranges at the top of every width (J1939-71 as public knowledge):
 *
 *   width      parameter specific   reserved   error      not available
 *   2–7 bits   –                    –          all ones−1 all ones
 *   8 bits     FB                   FC–FD      FE         FF
 *   16 bits    FBxx                 FCxx–FDxx  FExx       FFxx
 *   32 bits    FBxxxxxx             FC…–FD…    FExxxxxx   FFxxxxxx
 *
 * Every width above 8 bits follows its top byte. Ranges are computed from the width, never written.
 */
import type { Scale } from '../quantity.ts'

export interface Slot extends Scale {
  readonly bits: number
}

function slot(bits: number, num: number, den: number, offset: number, unit: string): Slot {
  return { bits, num, den, offset, unit }
}

export const slots = {
  /** 0.4 % per bit, 0 to 100 %. */
  percentByte: slot(8, 2, 5, 0, '%'),
  /** 1 % per bit, 0 to 250 %. */
  loadByte: slot(8, 1, 1, 0, '%'),
  /** 1 °C per bit from −40 °C. */
  temperatureByte: slot(8, 1, 1, -40, '°C'),
  /** 1/32 °C per bit from −273 °C. */
  temperatureWord: slot(16, 1, 32, -273, '°C'),
  /** 0.5 kPa per bit. */
  barometerByte: slot(8, 1, 2, 0, 'kPa'),
  /** 0.05 V per bit. */
  voltageWord: slot(16, 1, 20, 0, 'V'),
  /** 1/8 rpm per bit. */
  rotationWord: slot(16, 1, 8, 0, 'rpm'),
  /** 1/256 km/h per bit. */
  speedWord: slot(16, 1, 256, 0, 'km/h'),
  /** 0.05 h per bit. */
  hoursDouble: slot(32, 1, 20, 0, 'h'),
  /** 1/8 km per bit. */
  distanceDouble: slot(32, 1, 8, 0, 'km'),
  /** 5 m per bit. */
  fineDistanceDouble: slot(32, 5, 1, 0, 'm'),
  /** 10⁻⁷ degrees per bit from −210°. */
  positionDouble: slot(32, 1, 10_000_000, -210, '°'),
  /** A state of two bits: a switch, a lamp. */
  state2: slot(2, 1, 1, 0, 'bit'),
  /** A state of three bits. */
  state3: slot(3, 1, 1, 0, 'bit'),
  /** A state of four bits. */
  state4: slot(4, 1, 1, 0, 'bit'),
  /** A state of five bits, or a failure mode identifier. */
  state5: slot(5, 1, 1, 0, 'bit'),
  /** A state of a byte, or eight flags. */
  state8: slot(8, 1, 1, 0, 'bit'),
  /** 1 per bit, in four bits. */
  countNibble: slot(4, 1, 1, 0, 'count'),
  /** 1 step per bit. */
  stepByte: slot(8, 1, 1, 0, 'step'),
  /** 1 gear per bit from −125. */
  gearByte: slot(8, 1, 1, -125, 'gear value'),
  /** 1 % per bit from −125 %. */
  signedPercentByte: slot(8, 1, 1, -125, '%'),
  /** 0.0025 % per bit. */
  percentWord: slot(16, 1, 400, 0, '%'),
  /** 0.25 % per bit. */
  concentrationByte: slot(8, 1, 4, 0, '%'),
  /** 5 µS/mm per bit. */
  conductivityByte: slot(8, 5, 1, 0, 'µSiemens/mm'),
  /** 0.05 kPa per bit. */
  pressureByte005: slot(8, 1, 20, 0, 'kPa'),
  /** 2 kPa per bit. */
  pressureByte2: slot(8, 2, 1, 0, 'kPa'),
  /** 4 kPa per bit. */
  pressureByte4: slot(8, 4, 1, 0, 'kPa'),
  /** 5 kPa per bit. */
  pressureByte5: slot(8, 5, 1, 0, 'kPa'),
  /** 16 kPa per bit. */
  pressureByte16: slot(8, 16, 1, 0, 'kPa'),
  /** 1/128 kPa per bit from −250 kPa. */
  signedPressureWord: slot(16, 1, 128, -250, 'kPa'),
  /** 0.1 kPa per bit. */
  pressureWord01: slot(16, 1, 10, 0, 'kPa'),
  /** 1/8 kPa per bit. */
  pressureWord0125: slot(16, 1, 8, 0, 'kPa'),
  /** 0.5 kPa per bit. */
  pressureWord05: slot(16, 1, 2, 0, 'kPa'),
  /** 1/256 MPa per bit. */
  highPressureWord: slot(16, 1, 256, 0, 'MPa'),
  /** 1 A per bit. */
  currentByte: slot(8, 1, 1, 0, 'A'),
  /** 1 A per bit from −125 A. */
  signedCurrentByte: slot(8, 1, 1, -125, 'A'),
  /** 10 rpm per bit. */
  rotationByte: slot(8, 10, 1, 0, 'rpm'),
  /** 4 rpm per bit. */
  fastRotationWord: slot(16, 4, 1, 0, 'rpm'),
  /** 1000 revolutions per bit. */
  revolutionsDouble: slot(32, 1000, 1, 0, 'r'),
  /** 1 km/h per bit. */
  speedByte: slot(8, 1, 1, 0, 'km/h'),
  /** 1/16 km/h per bit from −7.8125 km/h. */
  relativeSpeedByte: slot(8, 1, 16, -7.8125, 'km/h'),
  /** 0.1 m/s per bit. */
  soundSpeedWord: slot(16, 1, 10, 0, 'm/s'),
  /** 0.1 m/s² per bit from −12.5 m/s². */
  accelerationByte: slot(8, 1, 10, -12.5, 'm/s²'),
  /** 0.1 mm per bit. */
  levelWord: slot(16, 1, 10, 0, 'mm'),
  /** 1 km per bit. */
  distanceWord: slot(16, 1, 1, 0, 'km'),
  /** 0.5 l per bit from −62.5 l. */
  signedLitresByte: slot(8, 1, 2, -62.5, 'l'),
  /** 0.5 l per bit. */
  litresDouble: slot(32, 1, 2, 0, 'l'),
  /** 0.05 l/h per bit. */
  fuelRateWord: slot(16, 1, 20, 0, 'l/h'),
  /** 1/512 km/l per bit. */
  fuelEconomyWord: slot(16, 1, 512, 0, 'km/L'),
  /** 0.05 kg/h per bit. */
  massFlowWord: slot(16, 1, 20, 0, 'kg/h'),
  /** 0.2 kg/h per bit. */
  exhaustFlowWord: slot(16, 1, 5, 0, 'kg/h'),
  /** 1 Nm per bit. */
  torqueWord: slot(16, 1, 1, 0, 'Nm'),
  /** 0.5 kW per bit. */
  powerWord: slot(16, 1, 2, 0, 'kW'),
  /** 0.004 kg·m² per bit. */
  inertiaWord: slot(16, 1, 250, 0, 'kg•m²'),
  /** 1/1280 %/rpm per bit. */
  governorGainWord: slot(16, 1, 1280, 0, '%/rpm'),
  /** 0.1 s per bit. */
  tenthSecondByte: slot(8, 1, 10, 0, 's'),
  /** 0.25 s per bit. */
  quarterSecondByte: slot(8, 1, 4, 0, 's'),
  /** 1 s per bit. */
  secondsWord: slot(16, 1, 1, 0, 's'),
  /** 1 min per bit. */
  minuteByte: slot(8, 1, 1, 0, 'min'),
  /** 1 h per bit. */
  hourByte: slot(8, 1, 1, 0, 'h'),
  /** 0.25 days per bit. */
  quarterDayByte: slot(8, 1, 4, 0, 'days'),
  /** 1 month per bit. */
  monthByte: slot(8, 1, 1, 0, 'month'),
  /** 1 year per bit from 1985. */
  yearByte: slot(8, 1, 1, 1985, 'year'),
  /** 1 min per bit from −125 min. */
  signedMinuteByte: slot(8, 1, 1, -125, 'min'),
  /** 1 h per bit from −125 h. */
  signedHourByte: slot(8, 1, 1, -125, 'h'),
  /** 100 kPa per bit. */
  pressureByte100: slot(8, 100, 1, 0, 'kPa'),
  /** 8 kPa per bit. */
  pressureByte8: slot(8, 8, 1, 0, 'kPa'),
  /** 0.1 Pa/s per bit. */
  leakageWord: slot(16, 1, 10, 0, 'Pa/s'),
  /** 1/128 degree per bit. */
  angleWord: slot(16, 1, 128, 0, '°'),
  /** 1/128 degree per bit from −200°. */
  signedAngleWord: slot(16, 1, 128, -200, '°'),
  /** 1/1024 rad per bit from −31.374 rad. */
  steeringAngleWord: slot(16, 125, 128_000, -31.374, 'rad'),
  /** 1/8192 rad/s per bit from −3.92 rad/s. */
  yawRateWord: slot(16, 25, 204_800, -3.92, 'rad/s'),
  /** 1 turn per bit from −32, in six bits. */
  turns6: slot(6, 1, 1, -32, 'turn'),
  /** 1/2048 m/s² per bit from −15.687 m/s². */
  fineAccelerationWord: slot(16, 125, 256_000, -15.687, 'm/s²'),
  /** 0.01 m/s² per bit from −320 m/s². */
  wideAccelerationWord: slot(16, 1, 100, -320, 'm/s²'),
  /** 1/128 per km and bit from −250 per km. */
  curvatureWord: slot(16, 1, 128, -250, 'km⁻¹'),
  /** 1/8 m per bit from −2500 m. */
  altitudeWord: slot(16, 1, 8, -2500, 'm'),
  /** 1 m per bit. */
  distanceByte: slot(8, 1, 1, 0, 'm'),
  /** 1 cm per bit from −125 cm. */
  laneDistanceByte: slot(8, 1, 1, -125, 'cm'),
  /** 0.1 mm per bit from −3200 mm. */
  relativeLevelWord: slot(16, 1, 10, -3200, 'mm'),
  /** 5 km per bit from −160 635 km. */
  serviceDistanceWord: slot(16, 5, 1, -160_635, 'km'),
  /** 0.5 kg per bit. */
  axleWeightWord: slot(16, 1, 2, 0, 'kg'),
  /** 2 kg per bit. */
  weightWord: slot(16, 2, 1, 0, 'kg'),
  /** 10 kg per bit. */
  heavyWeightWord: slot(16, 10, 1, 0, 'kg'),
  /** 2 kg per bit, in three bytes. */
  weightTriple: slot(24, 2, 1, 0, 'kg'),
  /** 2 kg per bit from −16 449 535 kg, in three bytes. */
  weightChangeTriple: slot(24, 2, 1, -16_449_535, 'kg'),
  /** 0.5 kg per bit, in four bytes. */
  massDouble: slot(32, 1, 2, 0, 'kg'),
  /** 0.5 rpm per bit. */
  halfRotationWord: slot(16, 1, 2, 0, 'rpm'),
  /** 32 rpm per bit. */
  coarseRotationByte: slot(8, 32, 1, 0, 'rpm'),
  /** 0.05 A per bit from −1600 A. */
  signedCurrentWord: slot(16, 1, 20, -1600, 'A'),
  /** 0.001 V per bit. */
  milliVoltWord: slot(16, 1, 1000, 0, 'V'),
  /** 0.01 V per bit. */
  centiVoltWord: slot(16, 1, 100, 0, 'V'),
  /** 0.01 Ah per bit. */
  ampHourWord: slot(16, 1, 100, 0, 'Ah'),
  /** 1 mAh per bit. */
  milliAmpHourWord: slot(16, 1, 1, 0, 'mAh'),
  /** 0.05 kW per bit. */
  finePowerWord: slot(16, 1, 20, 0, 'kW'),
  /** 2 W per bit. */
  wattWord: slot(16, 2, 1, 0, 'W'),
  /** 0.001 kWh per bit, in three bytes. */
  energyTriple: slot(24, 1, 1000, 0, 'kWh'),
  /** 1/640 % per bit, of a traction battery. */
  chargeWord: slot(16, 1, 640, 0, '%'),
  /** 0.001 l/h per bit. */
  fineFuelRateDouble: slot(32, 1, 1000, 0, 'l/h'),
  /** 1/512 km/kg per bit. */
  gasEconomyWord: slot(16, 1, 512, 0, 'km/kg'),
  /** 0.1 m³/h per bit. */
  gasFlowWord: slot(16, 1, 10, 0, 'm³/h'),
  /** 0.0001 per bit. */
  gravityWord: slot(16, 1, 10_000, 0, ''),
  /** 0.01 g/kg per bit. */
  humidityWord: slot(16, 1, 100, 0, 'g/kg'),
  /** 0.4 mW/cm² per bit. */
  sunlightByte: slot(8, 2, 5, 0, 'mW/cm²'),
  /** 0.05 s per bit. */
  collisionTimeByte: slot(8, 1, 20, 0, 's'),
  /** 1 s per bit, in four bytes. */
  secondsDouble: slot(32, 1, 1, 0, 's'),
  /** 1 h per bit from −32 127 h. */
  serviceHoursWord: slot(16, 1, 1, -32_127, 'h'),
  /** 1 week per bit from −125 weeks. */
  weekByte: slot(8, 1, 1, -125, 'week'),
  /** 1 per bit. */
  countByte: slot(8, 1, 1, 0, 'count'),
  /** 1 per bit. */
  countWord: slot(16, 1, 1, 0, 'count'),
  /** 1 per bit. */
  countDouble: slot(32, 1, 1, 0, 'count'),
  /** 1 application of the brakes per bit. */
  applicationsDouble: slot(32, 1, 1, 0, 'brake appl'),
  /** 1 gear per bit. */
  gearCountByte: slot(8, 1, 1, 0, 'gear value'),
  /** The number of a component. */
  identifierByte: slot(8, 1, 1, 0, 'ID'),
  /** The address of a controller. */
  addressByte: slot(8, 1, 1, 0, 'source address'),
  /** A PGN, in three bytes. */
  groupNumberTriple: slot(24, 1, 1, 0, 'bit'),
  /** Two characters that name a range of the transmission. */
  rangeWord: slot(16, 1, 1, 0, 'bit'),
  /** 0.125 % per bit, in four bits: what a percent leaves. */
  percentEighthNibble: slot(4, 1, 8, 0, '%'),
  /** 0.001 per bit. */
  ratioWord: slot(16, 1, 1000, 0, 'ratio'),
  /** 1 rpm per bit. */
  wholeRotationWord: slot(16, 1, 1, 0, 'rpm'),
  /** 1/1024 kg/s per bit. */
  airFlowWord: slot(16, 1, 1024, 0, 'kg/s'),
  /** 0.05 ppm per bit from −200 ppm. */
  noxWord: slot(16, 1, 20, -200, 'ppm'),
  /** 0.000514 % per bit from −12 %. */
  oxygenWord: slot(16, 257, 500_000, -12, '%'),
  /** 0.3 g/h per bit. */
  dosingWord: slot(16, 3, 10, 0, 'g/h'),
  /** 0.05 g/min per bit. */
  fastDosingWord: slot(16, 1, 20, 0, 'g/min'),
  /** 0.1 g per bit. */
  gramWord: slot(16, 1, 10, 0, 'g'),
  /** 0.1 kPa per bit from −3212.7 kPa. */
  tankPressureWord: slot(16, 1, 10, -3212.7, 'kPa'),
  /** 0.001 l per bit. */
  millilitresDouble: slot(32, 1, 1000, 0, 'l'),
} as const satisfies Record<string, Slot>

export type SpnStatus = 'ok' | 'na' | 'error' | 'specific' | 'reserved'

/** Smallest raw value that is no measurement any more. */
export function indicatorStart(bits: number): number {
  return bits < 8 ? 2 ** bits - 2 : 0xfb * 2 ** (bits - 8)
}

/** What a raw value of this width means. One bit carries no indicator. */
export function statusOf(raw: number, bits: number): SpnStatus {
  if (bits === 1) return 'ok'
  if (raw < indicatorStart(bits)) return 'ok'
  if (bits < 8) return raw === 2 ** bits - 1 ? 'na' : 'error'
  const top = Math.floor(raw / 2 ** (bits - 8))
  if (top === 0xff) return 'na'
  if (top === 0xfe) return 'error'
  return top === 0xfb ? 'specific' : 'reserved'
}
