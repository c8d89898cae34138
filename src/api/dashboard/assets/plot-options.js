/**
 * How uPlot draws speed (left axis, filled) and fuel (right axis, a thick line): in the colours of
 * the style sheet, on a time axis in local time.
 */
import { clockText, dayText } from './format.js'

/**
 * A colour of the style sheet, read anew at each drawing: it changes with the time of day.
 * @param {string} name
 */
const colour = (name) => () =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const font = '12px system-ui, sans-serif'

/**
 * @param {{ size: { width: number, height: number }, window: () => [number, number],
 *   lone: (column: number) => number[], onCursor: (time: number | undefined, indices: (number | null)[]) => void }} parts
 *   time: under the cursor, in seconds; indices: of the points near it, per column; window: first and last second of the time axis; lone: points that no line touches
 */
export function chartOptions({ size, window, lone, onCursor }) {
  const points = (/** @type {number} */ column) => ({
    show: false,
    filter: () => (lone(column).length === 0 ? null : lone(column)),
    size: 5,
  })
  return {
    ...size,
    padding: [12, 4, 0, 4],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 9 },
      // In a gap there is nothing to read.
      hover: { prox: 24 },
    },
    scales: {
      x: { time: true, range: window },
      speed: { range: speedRange },
      fuel: { range: [0, 100] },
    },
    series: [
      {},
      {
        scale: 'speed',
        stroke: colour('--speed'),
        fill: colour('--speed-fill'),
        width: 2,
        points: points(0),
      },
      { scale: 'fuel', stroke: colour('--fuel'), width: 3, points: points(1) },
    ],
    axes: [
      {
        stroke: colour('--muted'),
        grid: { stroke: colour('--grid'), width: 1 },
        ticks: { show: false },
        font,
        size: 24,
        space: 64,
        values: timeLabels,
      },
      {
        scale: 'speed',
        stroke: colour('--speed'),
        grid: { stroke: colour('--grid'), width: 1 },
        ticks: { show: false },
        font,
        size: 38,
        gap: 4,
        space: 40,
      },
      {
        scale: 'fuel',
        side: 1,
        stroke: colour('--fuel'),
        grid: { show: false },
        ticks: { show: false },
        font,
        size: 38,
        gap: 4,
        space: 40,
      },
    ],
    hooks: {
      setCursor: [
        (/** @type {any} */ { cursor, posToVal }) => {
          const away = cursor.left === undefined || cursor.left < 0
          onCursor(away ? undefined : posToVal(cursor.left, 'x'), cursor.idxs.slice(1))
        },
      ],
      ready: [followTouch],
    },
  }
}

/**
 * From 0, and never so close that standing still looks like driving.
 * @param {unknown} _chart
 * @param {number | null} _low
 * @param {number | null} high
 * @returns {[number, number]}
 */
function speedRange(_chart, _low, high) {
  return [0, Math.max(60, Math.ceil((high ?? 0) / 20) * 20)]
}

/**
 * Hours; days where a tick is a midnight.
 * @param {unknown} _chart
 * @param {number[]} seconds
 */
function timeLabels(_chart, seconds) {
  return seconds.map((second) => {
    const date = new Date(second * 1000)
    const midnight = date.getHours() === 0 && date.getMinutes() === 0
    return midnight ? dayText(second * 1000) : clockText(second * 1000)
  })
}

/**
 * uPlot follows the mouse; a finger that moves sideways shall do the same.
 * @param {any} chart
 */
function followTouch(chart) {
  chart.over.addEventListener('pointermove', (/** @type {PointerEvent} */ event) => {
    if (event.pointerType === 'mouse') return
    const box = chart.over.getBoundingClientRect()
    chart.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top })
  })
}
