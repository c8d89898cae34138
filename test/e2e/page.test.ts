import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Browser } from '../support/browser.ts'
import { Command, Folder, freePort, startGateway, until } from '../support/gateway-process.ts'
import { testWith } from '../support/needs.ts'

const test = suite('page')

testWith(
  test,
  'chromium',
  'the page shows live signals, what the vehicle does and a plot in a browser, asks no other host, and ages visibly when the gateway is gone',
  async () => {
    const folder = new Folder()
    const browser = new Browser({ width: 390, height: 1200 })
    try {
      const gateway = await startGateway(folder, ['--demo'])
      await browser.open(`${gateway.url}/#token=${gateway.token}`)
      const text = () => browser.evaluate<string>('document.body.innerText')
      await until('live values', async () => {
        const shown = await text()
        return /Connected/.test(shown) && /driving/.test(shown) && /Odometer[\s\S]*km/.test(shown)
      })
      assert.is(await browser.evaluate('location.hash'), '', 'the token leaves the address bar')
      await until('a drawn plot', () =>
        browser.evaluate<boolean>('!!document.querySelector("canvas")'),
      )
      const odometer = await until('an odometer of the API', async () => {
        const { body } = await gateway.get('/v1/gateway/vehicles')
        const { tokenId } = (body as { tokenId: string }[])[0] as { tokenId: string }
        const status = await gateway.get(`/v1/vehicle/${tokenId}/status`)
        return (status.body as { odometer?: number }).odometer
      })
      const digits = String(Math.floor(odometer / 10))
      await until('the same odometer', async () =>
        (await text()).replace(/\D/g, '').includes(digits),
      )
      await gateway.command.stop('SIGKILL')
      await until('the banner', async () => !/Connected/.test(await text()))
      await until('a visible age', async () => /\b[3-9]\ss\b/u.test(await text()))
      assert.equal(browser.errors, [])
      const hosts = new Set(browser.requests.map((url) => new URL(url).origin))
      assert.equal([...hosts], [gateway.url])
    } finally {
      await browser.close()
      folder.remove()
    }
  },
)

testWith(
  test,
  'chromium',
  'without a token the page asks for one and shows nothing of the vehicle',
  async () => {
    const folder = new Folder()
    const browser = new Browser({ width: 390, height: 800 })
    try {
      const gateway = await startGateway(folder, ['--demo'])
      await browser.open(gateway.url)
      const text = () => browser.evaluate<string>('document.body.innerText')
      await until('the form', async () => /token\screate\s--user/u.test(await text()))
      assert.not.match(await text(), /\d\skm/u)
      await gateway.command.stop()
    } finally {
      await browser.close()
      folder.remove()
    }
  },
)

testWith(
  test,
  'chromium',
  'the page of a new gateway, opened on the machine itself, makes who opens it its owner',
  async () => {
    const folder = new Folder()
    const browser = new Browser({ width: 390, height: 800 })
    try {
      const mqtt = `127.0.0.1:${await freePort()}`
      const listen = ['--listen', '127.0.0.1:0', '--mqtt-listen', mqtt]
      const command = new Command(['run', '--data', `${folder.path}/data`, ...listen])
      folder.commands.push(command)
      const url = await until('ready', () => /^ready (http:\S+)$/m.exec(command.stdout)?.[1])
      await browser.open(url)
      const kept = () => browser.evaluate<string | null>('sessionStorage.getItem("odograph.token")')
      const token = await until('a token', async () => (await kept()) ?? undefined)
      const headers = { authorization: `Bearer ${token}` }
      assert.is((await fetch(`${url}/v1/gateway/tokens`, { headers })).status, 200)
      assert.equal(await (await fetch(`${url}/v1/gateway/claim`)).json(), { claimed: true })
      assert.equal(browser.errors, [])
      await command.stop()
    } finally {
      await browser.close()
      folder.remove()
    }
  },
)

test.run()
