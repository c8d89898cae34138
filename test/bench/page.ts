/**
 * How smooth the page is while signals change 50 times a second: the frames that took longer than 50 ms,
 * over ten seconds in a real browser with a simulated truck (needs chromium).
 *
 *   npm run bench:page
 */
import { Browser } from '../support/browser.ts'
import { Folder, startGateway, until } from '../support/gateway-process.ts'

const SECONDS = 10
const PER_SECOND = 50

/** Stands in the page before its scripts: what comes over the live stream comes 50 times a second. */
const faster = `(() => {
  const real = window.fetch
  window.fetch = async (path, options) => {
    const answer = await real(path, options)
    if (!String(path).includes('/live?')) return answer
    const encoder = new TextEncoder()
    let count = 0
    const body = new ReadableStream({
      start(stream) {
        const timer = setInterval(() => {
          count += 1
          const time = new Date().toISOString()
          const signals = ['speed', 'engineSpeed', 'engineLoad', 'odometer', 'fuelRate', 'coolantTemp'].map(
            (name, i) => ({ name, value: (count * (i + 1)) % 97 / 1.3, unit: '', time, quality: 'ok', source: 'bench' }),
          )
          try {
            stream.enqueue(encoder.encode('event: signals\\ndata: ' + JSON.stringify({ signals }) + '\\n\\n'))
            window.updates = count
          } catch { clearInterval(timer) }
        }, ${1000 / PER_SECOND})
      },
    })
    return new Response(body, { status: 200, headers: { 'content-type': 'text/event-stream' } })
  }
})()`

const measured = `new Promise((resolve) => {
  const before = window.updates
  const frames = []
  let last = performance.now()
  const end = last + ${SECONDS * 1000}
  const step = (now) => {
    frames.push(now - last)
    last = now
    if (now < end) return requestAnimationFrame(step)
    frames.sort((a, b) => a - b)
    resolve({
      updates: window.updates - before,
      frames: frames.length,
      median: frames[Math.floor(frames.length / 2)],
      p99: frames[Math.floor(frames.length * 0.99)],
      longest: frames.at(-1),
      over: frames.filter((ms) => ms > 50).length,
    })
  }
  requestAnimationFrame(step)
})`

interface Smoothness {
  updates: number
  frames: number
  median: number
  p99: number
  longest: number
  over: number
}

const folder = new Folder()
const browser = new Browser({ width: 390, height: 844 })
try {
  const gateway = await startGateway(folder, ['--demo'])
  await browser.open('about:blank')
  await browser.before(faster)
  await browser.go(`${gateway.url}/#token=${gateway.token}`)
  await until('updates', () => browser.evaluate<boolean>('window.updates > 100'))
  const { updates, frames, median, p99, longest, over } =
    await browser.evaluate<Smoothness>(measured)
  const ms = (value: number) => `${value.toFixed(1)} ms`
  console.log(`updates a second      ${(updates / SECONDS).toFixed(0)}`)
  console.log(`frames                ${frames}, median ${ms(median)}, p99 ${ms(p99)}`)
  console.log(`longer than 50 ms     ${over}, the longest ${ms(longest)}`)
} finally {
  await browser.close()
  folder.remove()
}
