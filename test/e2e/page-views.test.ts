/**
 * Every view of the page in a real browser, with data of simulated vehicles: on a phone and on a desktop,
 * by day and by night, in both languages. ODOGRAPH_SCREENSHOTS=DIR keeps pictures.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Browser } from '../support/browser.ts'
import { Command, Folder, freePort, startGateway, until } from '../support/gateway-process.ts'
import { testWith } from '../support/needs.ts'

const test = suite('views of the page')
const pictures = process.env.ODOGRAPH_SCREENSHOTS
const checker = readFileSync(
  createRequire(import.meta.url).resolve('accessibility-checker-engine/ace.js'),
  'utf8',
)
const phone = { width: 390, height: 844, dark: false }
const desktop = { width: 1280, height: 900, dark: true }

/** Each view, and what it shows when its data are there. */
const views: [hash: string, shows: RegExp][] = [
  ['#/now', /Odometer[\s\S]*km[\s\S]*All signals/],
  ['#/trips', /Distance a day[\s\S]*Trips/],
  ['#/trouble', /Trouble codes[\s\S]*What has happened/],
  ['#/history?signals=speed,engineSpeed', /History[\s\S]*Speed km\/h/],
  ['#/lora', /LoRa devices[\s\S]*tracker/],
  ['#/bus', /Buses[\s\S]*frames\/s[\s\S]*Identifiers[\s\S]*PGN 61444/],
  ['#/gateway', /Sources[\s\S]*Configuration[\s\S]*Tokens in force[\s\S]*Log/],
  ['#/setup', /Adapter[\s\S]*Simulated truck/],
]

interface Violation {
  ruleId: string
  message: string
  path: { dom: string }
}

/** What an accessibility checker (WCAG 2.1 AA) finds wrong. */
async function violations(browser: Browser): Promise<string[]> {
  await browser.evaluate(`window.ace === undefined && (0, eval)(${JSON.stringify(checker)})`)
  const found = await browser.evaluate<Violation[]>(`new ace.Checker()
    .check(document, ['WCAG_2_1'])
    .then(({ results }) => results
      .filter(({ value }) => value[0] === 'VIOLATION' && value[1] === 'FAIL')
      .map(({ ruleId, message, path }) => ({ ruleId, message, path })))`)
  return found.map(({ ruleId, message, path }) => `${ruleId}: ${message} (${path.dom})`)
}

function textOf(browser: Browser): Promise<string> {
  return browser.evaluate<string>('document.body.innerText')
}

async function inBrowser(
  args: (folder: Folder) => string[] | Promise<string[]>,
  run: (browser: Browser, gateway: Awaited<ReturnType<typeof startGateway>>) => Promise<void>,
): Promise<void> {
  const folder = new Folder()
  const browser = new Browser({ width: 1280, height: 900 })
  try {
    const gateway = await startGateway(folder, await args(folder))
    await browser.open(`${gateway.url}/#token=${gateway.token}`)
    await until('a connection', async () => /Connected/.test(await textOf(browser)))
    await run(browser, gateway)
  } finally {
    await browser.close()
    folder.remove()
  }
}

testWith(
  test,
  'chromium',
  'every view shows its data on a phone and on a desktop, by day and by night, without a fault of accessibility, and asks no other host',
  () =>
    inBrowser(
      (folder) => {
        const config = folder.file(
          'odograph.yaml',
          [
            'vehicles: [{ id: truck, make: Test, model: Truck }]',
            'sources:',
            '  - { id: sim0, type: simulator, vehicle: truck }',
            '  - { id: air, type: semtech-udp, listen: "127.0.0.1:0" }',
            'lora:',
            '  devices:',
            '    - { id: tracker, vehicle: truck, devEui: "70B3D57ED0000001", devAddr: "26011BDA", codec: cayenne-lpp }',
          ].join('\n'),
        )
        return ['--config', config]
      },
      async (browser, gateway) => {
        const found: string[] = []
        for (const look of [phone, desktop]) {
          await browser.look(look)
          for (const [hash, shows] of views) {
            await browser.evaluate(`location.hash = ${JSON.stringify(hash)}`)
            await until(`${hash} at ${look.width}`, async () => shows.test(await textOf(browser)))
            const wide = await browser.evaluate<number>('document.documentElement.scrollWidth')
            assert.ok(wide <= look.width, `${hash} is ${wide} px wide at ${look.width}`)
            if (pictures !== undefined) {
              const name = `${/\w+/.exec(hash)}-${look.width}.png`
              await browser.screenshot(join(pictures, name))
            }
            // What is folded up counts, too.
            await browser.evaluate(
              `document.querySelectorAll('details').forEach((one) => { one.open = true })`,
            )
            await new Promise((resolve) => setTimeout(resolve, 300))
            const faults = await violations(browser)
            found.push(...faults.map((fault) => `${hash} at ${look.width}: ${fault}`))
          }
        }
        assert.equal(found, [])
        assert.equal(browser.errors, [])
        const hosts = new Set(
          browser.requests
            .filter((url) => url.startsWith('http'))
            .map((url) => new URL(url).origin),
        )
        assert.equal([...hosts], [gateway.url])
      },
    ),
)

testWith(test, 'chromium', 'the page speaks German to who wants it, and remembers it', () =>
  inBrowser(
    () => ['--demo'],
    async (browser) => {
      await browser.evaluate(`document.querySelector('#language').click()`)
      await until('German', async () =>
        /Verbunden[\s\S]*Kilometerstand/.test(await textOf(browser)),
      )
      assert.is(await browser.evaluate('document.documentElement.lang'), 'de')
      await browser.evaluate(`location.hash = '#/trips'`)
      await until('trips', async () => /Strecke pro Tag/.test(await textOf(browser)))
      await browser.reload()
      await until('German again', async () => /Fahrten/.test(await textOf(browser)))
      assert.equal(browser.errors, [])
    },
  ),
)

testWith(
  test,
  'chromium',
  'from a new gateway to a live vehicle: claimed, an adapter chosen, the vehicle named, live',
  async () => {
    const folder = new Folder()
    const browser = new Browser({ width: 390, height: 844 })
    try {
      const port = await freePort()
      const adapter = new Command(['simulate', 'slcan', '--tcp', `127.0.0.1:${port}`])
      folder.commands.push(adapter)
      const api = await freePort()
      const command = new Command([
        ...['run', '--data', join(folder.path, 'data'), '--listen', `127.0.0.1:${api}`],
        ...['--mqtt-listen', `127.0.0.1:${await freePort()}`],
      ])
      folder.commands.push(command)
      await until('ready', () => /^ready/m.test(command.stdout))
      await browser.open(`http://127.0.0.1:${api}/`)
      await until('a claim', async () => /Connected/.test(await textOf(browser)))
      await browser.evaluate(`location.hash = '#/setup'`)
      await until('the list', async () => /Simulated truck/.test(await textOf(browser)))
      await browser.evaluate(`(() => {
        document.querySelector('#other-port').value = 'tcp://127.0.0.1:${port}'
        document.querySelector('#other-port').parentElement.querySelector('button').click()
      })()`)
      const row = `[...document.querySelectorAll('.row')].find((row) => row.textContent.includes('tcp://127.0.0.1:${port}'))`
      await until('the adapter', () =>
        browser.evaluate<boolean>(`${row}?.querySelector('button') != null`),
      )
      assert.match(await textOf(browser), /SLCAN adapter/)
      await browser.evaluate(`${row}.querySelector('button').click()`)
      await browser.evaluate(`(() => {
        document.querySelector('#v-id').value = 'lorry'
        document.querySelector('#v-make').value = 'Kenworth'
        document.querySelector('#v-rate').value = '250000'
        ;[...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Write and start').click()
      })()`)
      await until(
        'frames',
        async () => /3 · Live[\s\S]*running[\s\S]*[1-9]\d* frames/.test(await textOf(browser)),
        40_000,
      )
      await browser.evaluate(`location.hash = '#/now'`)
      await until('the vehicle', async () =>
        /Odometer[\s\S]*\d km/.test((await textOf(browser)).replace(/\s/g, ' ')),
      )
      const config = readFileSync(join(folder.path, 'data', 'odograph.yaml'), 'utf8')
      assert.match(config, /lorry/)
      assert.match(config, new RegExp(`tcp://127.0.0.1:${port}`))
      assert.equal(browser.errors, [])
      await command.stop()
    } finally {
      await browser.close()
      folder.remove()
    }
  },
)

testWith(
  test,
  'chromium',
  'the configuration is changed in the form made from its schema, checked, written, and in force after a start anew',
  () =>
    inBrowser(
      async () => ['--demo', '--listen', `127.0.0.1:${await freePort()}`],
      async (browser, gateway) => {
        await browser.evaluate(`location.hash = '#/gateway'`)
        await until('the form', async () =>
          /Check and show what changes/.test(await textOf(browser)),
        )
        const press = (text: string) =>
          browser.evaluate(
            `[...document.querySelectorAll('button')].find(({ textContent }) => textContent === ${JSON.stringify(text)}).click()`,
          )
        await browser.evaluate(`(() => {
          const section = [...document.querySelectorAll('.config-section')].find((one) => one.querySelector('summary').textContent.startsWith('store'))
          section.open = true
          return new Promise((resolve) => setTimeout(resolve, 200)).then(() => {
          const field = [...section.querySelectorAll('.config-field')].find((one) => one.textContent.startsWith('commit')).querySelector('input')
          field.value = '7'
          field.dispatchEvent(new Event('change'))
          })
        })()`)
        await press('Check and show what changes')
        await until('what changes', async () => /\+ +commit: 7/.test(await textOf(browser)))
        await press('Write')
        await until('it is written', async () => /It is written/.test(await textOf(browser)))
        await press('Start the gateway anew')
        await until(
          'it is back',
          async () => /The gateway is back/.test(await textOf(browser)),
          40_000,
        )
        const { body } = await gateway.get('/v1/gateway/config')
        assert.is((body as { values: { store: { commit: number } } }).values.store.commit, 7)
        assert.equal(browser.errors, [])
      },
    ),
)

testWith(test, 'chromium', 'raw frames are recorded from the page and can be fetched', () =>
  inBrowser(
    () => ['--demo'],
    async (browser) => {
      await browser.evaluate(`location.hash = '#/bus'`)
      await until('identifiers', async () => /PGN 61444/.test(await textOf(browser)))
      await browser.evaluate(`(() => {
        document.querySelector('#capture-after').value = '0'
        ;[...document.querySelectorAll('button')].find(({ textContent }) => textContent.startsWith('Record')).click()
      })()`)
      await until('a recording', async () =>
        /asked for[\s\S]*recorded from the page[\s\S]*\d frames/.test(await textOf(browser)),
      )
      await browser.evaluate(
        `[...document.querySelectorAll('tr button')].find(({ textContent }) => textContent === '0CF00400').click()`,
      )
      await until('a stream of its frames', () =>
        browser.evaluate<boolean>(
          `/sim0 +FF/.test(document.querySelector('pre.frames')?.textContent ?? '')`,
        ),
      )
      assert.equal(browser.errors, [])
    },
  ),
)

if (pictures !== undefined) assert.ok(existsSync(pictures), `${pictures} does not exist`)
test.run()
