/**
 * A plot of any signals over time, with uPlot: a line each, an axis for each unit, zoom by dragging,
 * back to the whole by a double click. Fetched with the first plot that is drawn.
 */
import { clockText, dayText, momentText, unitText, valueText } from './format.js'

/**
 * @typedef {{ label: string, unit: string }} Track
 * @typedef {{ destroy: () => void, resize: () => void,
 *   set: (data: import('./series.js').Aligned, window: [number, number]) => void }} Chart
 */

/** Of the style sheet; told apart by their dashes, too. */
const colours = ['--speed', '--fuel', '--good', '--bad', '--muted', '--warn']
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [1, 4]]

/** @param {string} name */
const colour = (name) => () =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const font = '12px system-ui, sans-serif'

/**
 * @param {HTMLElement} box
 * @param {Track[]} tracks
 * @param {{ onZoom?: (from: number, to: number) => void,
 *   onCursor?: (text: string) => void }} [options] times in seconds
 * @returns {Promise<Chart>}
 */
export async function chart(box, tracks, { onZoom, onCursor } = {}) {
  // @ts-expect-error served by the gateway, unknown to the compiler
  const { default: UPlot } = await import('/assets/vendor/uPlot.esm.js')
  const units = [...new Set(tracks.map(({ unit }) => unit))]
  /** @type {[number, number]} */
  let window = [0, 1]
  /** @type {number[][]} */
  let lone = []
  const size = () => ({ width: box.clientWidth, height: box.clientHeight })
  const plot = new UPlot(
    {
      ...size(),
      padding: [10, 8, 0, 4],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: onZoom !== undefined, y: false, setScale: false },
        points: { size: 8 },
      },
      scales: {
        x: { time: true, range: () => window },
        ...Object.fromEntries(units.map((unit) => [`u-${unit}`, { range: widened }])),
      },
      series: [
        {},
        ...tracks.map(({ unit }, i) => ({
          scale: `u-${unit}`,
          stroke: colour(colours[i % colours.length] ?? '--ink'),
          dash: dashes[i % dashes.length],
          width: 2,
          points: { show: false, filter: () => (lone[i]?.length ? lone[i] : null), size: 5 },
        })),
      ],
      axes: [
        {
          stroke: colour('--muted'),
          grid: { stroke: colour('--grid'), width: 1 },
          ticks: { show: false },
          font,
          size: 24,
          space: 70,
          values: (/** @type {unknown} */ _chart, /** @type {number[]} */ seconds) =>
            seconds.map((second) => timeLabel(second, window)),
        },
        ...units.map((unit, i) => ({
          scale: `u-${unit}`,
          side: i % 2 === 0 ? 3 : 1,
          stroke: colour(axisColour(tracks, unit)),
          grid: { show: i === 0, stroke: colour('--grid'), width: 1 },
          ticks: { show: false },
          font,
          size: 62,
          gap: 4,
          space: 36,
          values: (/** @type {unknown} */ _chart, /** @type {number[]} */ values) =>
            values.map((value) => `${Number(value.toPrecision(6))}${unitText(unit)}`),
        })),
      ],
      hooks: {
        setSelect: [
          (/** @type {any} */ made) => {
            const { left, width } = made.select
            if (width < 8) return
            const [from, to] = [made.posToVal(left, 'x'), made.posToVal(left + width, 'x')]
            made.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
            onZoom?.(from, to)
          },
        ],
        setCursor: [
          (/** @type {any} */ { cursor, posToVal, data }) => {
            if (cursor.left === undefined || cursor.left < 0) return onCursor?.('')
            const parts = tracks.flatMap(({ label, unit }, i) => {
              const value = data[i + 1]?.[cursor.idxs[i + 1] ?? -1]
              return typeof value === 'number'
                ? [`${label} ${valueText(unit === '%' ? value : value, unit)} ${unitText(unit)}`]
                : []
            })
            const moment = momentText(posToVal(cursor.left, 'x') * 1000)
            onCursor?.([moment, ...parts].join(' · '))
          },
        ],
      },
    },
    [[], ...tracks.map(() => [])],
    box,
  )
  const resizing = new ResizeObserver(() => plot.setSize(size()))
  resizing.observe(box)
  return {
    destroy() {
      resizing.disconnect()
      plot.destroy()
    },
    resize: () => plot.setSize(size()),
    set(data, next) {
      window = next
      lone = data.lone
      plot.setData([data.times, ...data.columns])
    },
  }
}

/**
 * @param {Track[]} tracks
 * @param {string} unit
 */
function axisColour(tracks, unit) {
  const of = tracks.map((track, i) => ({ track, i })).filter(({ track }) => track.unit === unit)
  const [first] = of
  return of.length === 1 && first !== undefined
    ? (colours[first.i % colours.length] ?? '--muted')
    : '--muted'
}

/**
 * Room above and below, and something to see of a line that does not move.
 * @param {unknown} _chart
 * @param {number | null} low
 * @param {number | null} high
 * @returns {[number, number]}
 */
function widened(_chart, low, high) {
  if (low === null || high === null) return [0, 1]
  const room = Math.max((high - low) * 0.06, Math.abs(high) * 0.01, 0.01)
  return [low >= 0 && low - room < 0 ? 0 : low - room, high + room]
}

/**
 * @param {number} second
 * @param {[number, number]} window
 */
function timeLabel(second, [from, to]) {
  const date = new Date(second * 1000)
  const midnight = date.getHours() === 0 && date.getMinutes() === 0
  if (midnight || to - from > 3 * 86_400) return dayText(second * 1000)
  return clockText(second * 1000)
}

/**
 * The key: name, unit and how its line looks.
 * @param {number} index
 */
export function lineLook(index) {
  const dash = dashes[index % dashes.length] ?? []
  return {
    stroke: `var(${colours[index % colours.length]})`,
    'stroke-dasharray': dash.join(' ') || undefined,
  }
}
