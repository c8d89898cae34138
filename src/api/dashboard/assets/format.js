/**
 * Values, ages and amounts as people read them: in the locale of the browser, with a fixed number
 * of decimals per unit so that columns stand still. Pure.
 */

import { locales, t } from './i18n.js'

/** Shown for what is not known. Never 0. */
export const unknown = '—'

/** What the sensors resolve, not what a double can hold. */
const decimalsOf = {
  km: 1,
  'km/h': 0,
  rpm: 0,
  ratio: 1,
  V: 2,
  '°C': 1,
  kPa: 1,
  h: 1,
  '°': 5,
}

/** @type {Map<number, Intl.NumberFormat>} */
const formats = new Map()

/** @param {number} decimals */
function formatOf(decimals) {
  let format = formats.get(decimals)
  if (format === undefined) {
    format = new Intl.NumberFormat(locales, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    })
    formats.set(decimals, format)
  }
  return format
}

/** @param {string} unit */
function decimals(unit) {
  return Object.hasOwn(decimalsOf, unit)
    ? decimalsOf[/** @type {keyof typeof decimalsOf} */ (unit)]
    : 2
}

/**
 * A ratio is shown as per cent.
 * @param {number} value
 * @param {string} unit
 */
function scaled(value, unit) {
  const number = unit === 'ratio' ? value * 100 : value
  // Rounded here, so that a small negative does not print as "-0".
  return Number(number.toFixed(decimals(unit))) + 0
}

/** @param {string} unit of the signal table */
export function unitText(unit) {
  return unit === 'ratio' ? '%' : unit
}

/**
 * @param {number | string | boolean | undefined} value
 * @param {string} unit of the signal table
 */
export function valueText(value, unit) {
  if (value === undefined || value === null) return unknown
  if (typeof value === 'boolean') return value ? t('yes') : t('no')
  if (typeof value === 'string') return value === '' ? unknown : value
  return Number.isFinite(value) ? formatOf(decimals(unit)).format(scaled(value, unit)) : unknown
}

/**
 * The same text in parts, for the drums of the odometer.
 * @param {number} value
 * @param {string} unit of the signal table
 */
export function valueParts(value, unit) {
  return formatOf(decimals(unit)).formatToParts(scaled(value, unit))
}

/** @param {number} count */
export function countText(count) {
  return formatOf(0).format(count)
}

/** Between a number and its unit; no line ends there. */
const gap = '\u00a0'

/**
 * How long ago: "now", "12 s", "3 min", "5 h", "9 days".
 * @param {number} seconds
 */
export function ageText(seconds) {
  if (seconds < 2) return t('now')
  if (seconds < 60) return `${Math.floor(seconds)}${gap}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${gap}min`
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}${gap}h`
  return `${countText(Math.floor(seconds / 86_400))}${gap}${t('days')}`
}

/**
 * How long, in its two largest units: "4 h 12 min".
 * @param {number} seconds
 */
export function durationText(seconds) {
  const s = Math.max(0, Math.floor(seconds))
  if (s < 60) return `${s}${gap}s`
  if (s < 3600) return `${Math.floor(s / 60)}${gap}min`
  if (s < 86_400) return `${Math.floor(s / 3600)}${gap}h ${Math.floor((s % 3600) / 60)}${gap}min`
  return `${countText(Math.floor(s / 86_400))}${gap}${t('d')} ${Math.floor((s % 86_400) / 3600)}${gap}h`
}

/** @param {number} bytes */
export function sizeText(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let amount = bytes
  let i = 0
  while (amount >= 1000 && i < units.length - 1) {
    amount /= 1000
    i += 1
  }
  return `${formatOf(i === 0 || amount >= 100 ? 0 : 1).format(amount)}${gap}${units[i]}`
}

/**
 * "37.69779° N  121.78866° W"
 * @param {number} latitude
 * @param {number} longitude
 */
export function positionText(latitude, longitude) {
  const ns = latitude < 0 ? t('S') : t('N')
  const ew = longitude < 0 ? t('W') : t('E')
  return `${valueText(Math.abs(latitude), '°')}° ${ns}  ${valueText(Math.abs(longitude), '°')}° ${ew}`
}

const moment = new Intl.DateTimeFormat(locales, { dateStyle: 'medium', timeStyle: 'medium' })
const clock = new Intl.DateTimeFormat(locales, { timeStyle: 'short' })
const day = new Intl.DateTimeFormat(locales, { day: 'numeric', month: 'short' })
const dayAndClock = new Intl.DateTimeFormat(locales, {
  year: 'numeric',
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
})

/** Local date and time to the second. @param {number} millis */
export const momentText = (millis) => moment.format(millis)
/** Local hour and minute. @param {number} millis */
export const clockText = (millis) => clock.format(millis)
/** Local day and month. @param {number} millis */
export const dayText = (millis) => day.format(millis)
/** Local date, hour and minute. @param {number} millis */
export const dayAndClockText = (millis) => dayAndClock.format(millis)
