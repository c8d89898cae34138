/** The shipped command: exports with a real mail server and a real restart; login with a wallet. */
import { addr, eip191Signer } from 'micro-eth-signer'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { GatewayHealth } from '../../src/model/ports.ts'
import { Folder, type RunningGateway, startGateway, until } from '../support/gateway-process.ts'
import { startSmtp } from '../support/smtp-server.ts'

const test = suite('exports and wallets of a gateway')

interface Listed {
  tokenId: string
  userDeviceId: string
}

function configOf(smtpPort: number): string {
  return `
store: { commit: 0.1 }
records: { onChange: 0.1 }
time: { trust: system }
gateway: { email: owner.name@example.net }
mail: { url: "smtp://127.0.0.1:${smtpPort}", from: gateway@example.org }
sources:
  - { type: simulator, id: sim0, vehicle: truck }
`
}

async function device({ get }: RunningGateway): Promise<string> {
  const vehicles: Listed[] = (await get('/v1/gateway/vehicles')).body
  return `/v1/user/device-data/${vehicles[0]?.userDeviceId}/export`
}

async function post(gateway: RunningGateway, path: string): Promise<number> {
  const headers = { authorization: `Bearer ${gateway.token}` }
  return (await fetch(gateway.url + path, { method: 'POST', headers })).status
}

test('a mail that could not be sent is sent after a power cut, and its link gives the file', async () => {
  const folder = new Folder()
  const smtp = await startSmtp()
  smtp.manners = ['later']
  try {
    const config = folder.file('odograph.yaml', configOf(smtp.port))
    const first = await startGateway(folder, ['--config', config])
    const path = await device(first)
    await until(
      'a record',
      async () => (await first.get(path.replace('export', 'status'))).status === 200,
    )
    const { findings }: GatewayHealth = (await first.get('/v1/gateway/health')).body
    assert.match(findings.join(), /api\.publicUrl/, 'such a link works on this machine alone')
    assert.is(await post(first, `${path}/json/email`), 200)
    await until('an attempt', async () => {
      const { lastError = '' }: { lastError?: string } = (await first.get(path)).body
      return /451/.test(lastError)
    })
    assert.is(await post(first, `${path}/json/email`), 409)
    const { stderr } = await first.command.stop('SIGKILL')
    assert.match(stderr, /an export could not go on/)
    assert.not.match(stderr, /owner\.name/)

    smtp.manners = ['take']
    const second = await startGateway(folder, ['--config', config])
    const [mail] = await until('a mail', () => smtp.mails.length > 0 && smtp.mails)
    const link =
      /http:\/\/127\.0\.0\.1:\d+\/v1\/export\/\S+/.exec(mail?.parsed.text ?? '')?.[0] ?? ''
    assert.ok(link.startsWith(second.url), link)
    const answer = await fetch(link)
    assert.is(answer.status, 200)
    const exported = (await answer.json()) as { data: { data: { timestamp: string } }[] }
    assert.ok(exported.data.length > 0)
    const times = exported.data.map(({ data }) => data.timestamp)
    assert.equal(times, times.toSorted())
    await until('sent', async () => {
      const { state }: { state: string } = (await second.get(path)).body
      return state === 'sent'
    })
    const direct = await second.get(`${path}/json`)
    assert.ok((direct.body as typeof exported).data.length >= exported.data.length)
    assert.is((await fetch(link.replace(/token=.*/, 'token=x'))).status, 401)
    const stopped = await second.command.stop()
    assert.not.match(stopped.stderr, /owner\.name|token=/)
  } finally {
    folder.remove()
    await smtp.stop()
  }
})

test('the owner logs in with a wallet that the configuration names', async () => {
  const folder = new Folder()
  const { address, privateKey } = addr.random()
  try {
    const config = folder.file(
      'odograph.yaml',
      `
gateway: { owner: me, ownerAddress: "${address.toLowerCase()}" }
vehicles: [{ id: truck }]
`,
    )
    const gateway = await startGateway(folder, ['--config', config])
    const post = async (path: string, fields: Record<string, string>) => {
      const body = new URLSearchParams({ ...fields, domain: 'https://app.example.org' })
      const answer = await fetch(`${gateway.url}/auth/web3/${path}`, { method: 'POST', body })
      return (await answer.json()) as Record<string, string>
    }
    const { state = '', challenge = '' } = await post('generate_challenge', { address })
    assert.ok(challenge.includes(`URI: ${gateway.url}\n`), challenge)
    const signature = eip191Signer.sign(challenge, privateKey)
    const { access_token: token } = await post('submit_challenge', { state, signature })
    const headers = { authorization: `Bearer ${token}` }
    const vehicles = await fetch(`${gateway.url}/v1/gateway/vehicles`, { headers })
    assert.is(((await vehicles.json()) as Listed[]).length, 1)
    await gateway.command.stop()
  } finally {
    folder.remove()
  }
})

test.run()
