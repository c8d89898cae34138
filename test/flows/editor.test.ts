/**
 * The editor in a real browser: each node dragged from the palette into a flow, its dialog opened, the
 * signals of the gateway to choose from, and the whole deployed. `ODOGRAPH_SCREENSHOTS` names a folder
 * for pictures of every dialog.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Browser, type Point } from '../support/browser.ts'
import { Folder, type RunningGateway, startGateway, until } from '../support/gateway-process.ts'
import { testWith } from '../support/needs.ts'
import { NodeRed } from '../support/node-red.ts'

const test = suite('palette in the editor')

const WINDOW = { width: 1400, height: 1000 }
/** A place in the flow. */
const PLACE = { x: 480, y: 300 }
const pictures = process.env.ODOGRAPH_SCREENSHOTS

const kinds = [
  'signal-in',
  'signal-get',
  'history',
  'distance',
  'trip-in',
  'trouble-in',
  'event-in',
].concat(['frame-in', 'decode', 'request', 'command', 'record-out'])

const centre = (selector: string) => `(() => {
  const found = document.querySelector(${JSON.stringify(selector)})
  if (!found) return null
  found.scrollIntoView({ block: 'nearest' })
  const { x, y, width, height } = found.getBoundingClientRect()
  return { x: x + width / 2, y: y + height / 2 }
})()`

class Editor {
  readonly browser = new Browser(WINDOW)
  readonly red: NodeRed

  constructor(red: NodeRed) {
    this.red = red
  }

  async open(): Promise<void> {
    await this.browser.open(this.red.url)
    await this.at('.red-ui-palette-node[data-palette-type="odograph-record-out"]')
    // The palette slides into its place.
    await sleep(1000)
  }

  async at(selector: string): Promise<Point> {
    return await until(selector, async () => {
      return (await this.browser.evaluate<Point | null>(centre(selector))) ?? undefined
    })
  }

  async drag(type: string): Promise<string> {
    const from = await this.at(`.red-ui-palette-node[data-palette-type="${type}"]`)
    await sleep(150)
    await this.browser.drag(
      await this.at(`.red-ui-palette-node[data-palette-type="${type}"]`),
      PLACE,
    )
    assert.ok(from)
    return await until(`a ${type} in the flow`, async () => {
      const found = `RED.nodes.filterNodes({ type: '${type}' }).map((node) => node.id)[0] || ''`
      return (await this.browser.evaluate<string>(found)) || undefined
    })
  }

  async openDialog(id: string): Promise<void> {
    await this.browser.click(await this.at(`.red-ui-flow-node[id="${id}"]`), 2)
    await this.at('#node-dialog-ok')
    await sleep(600)
  }

  async closeDialog(): Promise<void> {
    await this.browser.click(await this.at('#node-dialog-ok'))
    await until('the dialog to close', async () => {
      return (
        (await this.browser.evaluate("!document.querySelector('#node-dialog-ok')")) || undefined
      )
    })
    await sleep(300)
  }

  /** A line of an open list. */
  async choice(text: string): Promise<Point> {
    const marked = `(() => {
      const all = [...document.querySelectorAll('.red-ui-typedInput-options a')]
      for (const one of all) one.classList.toggle('test-choice', one.innerText.includes('${text}'))
    })()`
    await this.browser.evaluate(marked)
    return await this.at('.red-ui-typedInput-options a.test-choice')
  }

  async picture(name: string): Promise<void> {
    if (pictures === undefined) return
    for (const scheme of ['light', 'dark'] as const) {
      // As the setting of the editor does; Node-RED 4 knows no dark theme.
      const isDark = scheme === 'dark'
      await this.browser.evaluate(
        `document.documentElement.classList.toggle('nr-theme-dark', ${isDark})`,
      )
      await sleep(200)
      await this.browser.screenshot(`${pictures}/${this.red.version}-${scheme}-${name}.png`)
    }
  }
}

const folder = new Folder()
let gateway: RunningGateway
let red: NodeRed
let editor: Editor

test.before(async () => {
  gateway = await startGateway(folder, ['--demo'])
  red = await NodeRed.start({ editor: true })
  const own = {
    id: 'gw',
    type: 'odograph-gateway',
    version: 1,
    name: '',
    url: gateway.url,
    tls: '',
  }
  const flow = { id: 'tab', type: 'tab', label: 'Flow 1' }
  await red.deploy([flow, own], { gw: { token: gateway.token } })
})

test.after(async () => {
  await editor?.browser.close()
  await red.stop()
  await gateway.command.stop()
  folder.remove()
})

testWith(
  test,
  'chromium',
  'every node is dragged in, and its dialog shows its fields',
  async () => {
    editor = new Editor(red)
    await editor.open()
    for (const kind of kinds) {
      const id = await editor.drag(`odograph-${kind}`)
      await editor.openDialog(id)
      const texts = await editor.browser.evaluate<string>(
        "document.querySelector('#dialog-form').innerText",
      )
      // A key of a catalogue that has no words is shown as it is.
      assert.not.match(texts.replace(/msg\.\w+/g, ''), /@odograph|[a-z-]+\.[a-zA-Z]{3,}/, kind)
      if (kind !== 'decode') {
        const chosen = "document.querySelector('#node-input-gateway').value"
        assert.is(await editor.browser.evaluate(chosen), 'gw', kind)
      }
      await editor.picture(kind)
      await editor.closeDialog()
      // Out of the way of the next one.
      const lay = `(() => { const node = RED.nodes.node('${id}')
      node.x = 200 + 200 * (${kinds.indexOf(kind)} % 4); node.y = 520 + 60 * Math.floor(${kinds.indexOf(kind)} / 4)
      node.dirty = true; RED.view.redraw(true) })()`
      await editor.browser.evaluate(lay)
    }
  },
)

testWith(test, 'chromium', 'signals are chosen from the table of the gateway', async () => {
  const [id] = await editor.browser.evaluate<string[]>(
    "RED.nodes.filterNodes({ type: 'odograph-signal-in' }).map((node) => node.id)",
  )
  await editor.openDialog(String(id))
  await until('the choice', async () => {
    const choices = "document.querySelectorAll('.red-ui-typedInput-container').length"
    return (await editor.browser.evaluate<number>(choices)) > 0 || undefined
  })
  await editor.browser.click(
    await editor.at('.red-ui-typedInput-container .red-ui-typedInput-option-trigger'),
  )
  await sleep(400)
  const listed = await editor.browser.evaluate<string>(
    "[...document.querySelectorAll('.red-ui-typedInput-options')].map((e) => e.innerText).join()",
  )
  assert.match(listed, /Odometer \(odometer, km\)/)
  await editor.picture('signal-picker')
  for (const name of ['odometer', 'batteryVoltage']) {
    await editor.browser.click(await editor.choice(`(${name},`))
    await sleep(150)
  }
  // Beside the list it is closed.
  await editor.browser.click({ x: 620, y: 640 })
  await sleep(300)
  await editor.picture('signals-chosen')
  await editor.closeDialog()
  const set = await editor.browser.evaluate<string>(`RED.nodes.node('${id}').signals`)
  assert.equal(set.split(',').sort(), ['batteryVoltage', 'odometer'])
})

testWith(test, 'chromium', 'what was made is deployed, and runs', async () => {
  red.clear()
  await editor.browser.click(await editor.at('#red-ui-header-button-deploy'))
  // Some nodes are not set up yet: the editor asks.
  await sleep(800)
  await editor.browser.evaluate(
    "[...document.querySelectorAll('.red-ui-notification button')].find((e) => /confirm/i.test(e.innerText))?.click()",
  )
  const [id] = await editor.browser.evaluate<string[]>(
    "RED.nodes.filterNodes({ type: 'odograph-signal-in' }).map((node) => node.id)",
  )
  await red.status(String(id), ({ fill }) => fill === 'green')
  const shown = await until('the status in the editor', async () => {
    const text = await editor.browser.evaluate<string>(
      "[...document.querySelectorAll('.red-ui-flow-node-status-label')].map((e) => e.textContent).join()",
    )
    return text.includes('connected') ? text : undefined
  })
  assert.not.match(shown, /@odograph/)
  await editor.picture('deployed')
  assert.equal(editor.browser.errors, [])
  assert.equal(
    editor.browser.requests.filter((url) => !url.startsWith(red.url) && !url.startsWith('data:')),
    [],
  )
})

test.run()
