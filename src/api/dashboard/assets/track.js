/**
 * A track without a map: positions projected onto the plane that touches the earth at their middle,
 * which is true to scale for a drive of a day, with a scale and north above.
 *
 * @typedef {{ latitude: number, longitude: number, speed?: number, time?: number }} Point
 */
import { svg } from './el.js'
import { t } from './i18n.js'

const width = 640
const height = 420
const margin = 28
/** m a degree of latitude, on a sphere of the earth's mean radius. */
const perDegree = 111_195

/**
 * Metres east and north of the middle. Pure.
 * @param {readonly Point[]} points
 * @returns {{ x: number, y: number }[]}
 */
export function projected(points) {
  const middle = {
    latitude: middleOf(points.map(({ latitude }) => latitude)),
    longitude: middleOf(points.map(({ longitude }) => longitude)),
  }
  const narrow = Math.cos((middle.latitude * Math.PI) / 180)
  return points.map(({ latitude, longitude }) => ({
    x: (longitude - middle.longitude) * perDegree * narrow,
    y: (latitude - middle.latitude) * perDegree,
  }))
}

/** @param {number[]} values */
function middleOf(values) {
  return (Math.min(...values) + Math.max(...values)) / 2
}

/**
 * @param {readonly Point[]} points in order
 * @param {string} label for those who do not see it
 * @returns {SVGElement | undefined} undefined: there is nothing to draw
 */
export function trackPicture(points, label) {
  if (points.length < 2) return undefined
  const places = projected(points)
  const spanX = 2 * Math.max(...places.map(({ x }) => Math.abs(x)), 50)
  const spanY = 2 * Math.max(...places.map(({ y }) => Math.abs(y)), 50)
  const scale = Math.min((width - 2 * margin) / spanX, (height - 2 * margin) / spanY)
  const at = (/** @type {{ x: number, y: number }} */ { x, y }) =>
    /** @type {[number, number]} */ ([width / 2 + x * scale, height / 2 - y * scale])
  const line = places
    .map((place) =>
      at(place)
        .map((one) => one.toFixed(1))
        .join(','),
    )
    .join(' ')
  const [first, last] = [places[0], places.at(-1)]
  if (first === undefined || last === undefined) return undefined
  return svg(
    'svg',
    { class: 'track', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
    grid(scale),
    svg('polyline', { class: 'track-edge', points: line }),
    svg('polyline', { class: 'track-line', points: line }),
    mark(at(first), 'track-start', t('Start')),
    mark(at(last), 'track-end', t('End')),
    svg('text', { class: 'track-text', x: width - margin, y: 20, 'text-anchor': 'end' }, '↑ N'),
    scaleBar(scale),
  )
}

/**
 * @param {[number, number]} place
 * @param {string} kind
 * @param {string} text
 */
function mark([x, y], kind, text) {
  const left = x > width - 90
  return svg(
    'g',
    {},
    svg('circle', { class: kind, cx: x.toFixed(1), cy: y.toFixed(1), r: 7 }),
    svg(
      'text',
      {
        class: 'track-text',
        x: (x + (left ? -12 : 12)).toFixed(1),
        y: (y + 5).toFixed(1),
        'text-anchor': left ? 'end' : 'start',
      },
      text,
    ),
  )
}

/** A round number of metres that is about a fifth of the width. @param {number} scale */
function roundStep(scale) {
  const wanted = width / 5 / scale
  const power = 10 ** Math.floor(Math.log10(wanted))
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= wanted) ?? wanted
}

/** @param {number} scale */
function grid(scale) {
  const step = roundStep(scale) * scale
  const lines = []
  for (let x = (width / 2) % step; x < width; x += step) {
    lines.push(svg('line', { x1: x, x2: x, y1: 0, y2: height }))
  }
  for (let y = (height / 2) % step; y < height; y += step) {
    lines.push(svg('line', { x1: 0, x2: width, y1: y, y2: y }))
  }
  return svg('g', { class: 'track-grid' }, lines)
}

/** @param {number} scale */
function scaleBar(scale) {
  const metres = roundStep(scale)
  const length = metres * scale
  const text = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`
  const y = height - 14
  return svg(
    'g',
    {},
    svg('path', { class: 'track-bar', d: `M${margin} ${y - 6}v6h${length.toFixed(1)}v-6` }),
    svg('text', { class: 'track-text', x: margin + 6, y: y - 8 }, text),
  )
}
