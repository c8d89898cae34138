import { join } from 'node:path'
import { connect } from 'mqtt'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../src/database/sqlite.ts'
import {
  Command,
  Folder,
  freePort,
  odograph,
  type RunningGateway,
  startGateway,
  until,
} from '../support/gateway-process.ts'
import { candumpLog, truckDrive } from '../support/recordings.ts'

const test = suite('run')

interface Status {
  odometer?: number
  fuelPercentRemaining?: number
  batteryVoltage?: number
  latitude?: number
  longitude?: number
}

async function demoVehicle(
  gateway: RunningGateway,
): Promise<{ tokenId: string; userDeviceId: string }> {
  const { body } = await gateway.get('/v1/gateway/vehicles')
  return (body as { tokenId: string; userDeviceId: string }[])[0] as never
}

test('a demo shows odometer, fuel, voltage and position within seconds, in both families', async () => {
  const folder = new Folder()
  try {
    const gateway = await startGateway(folder, ['--demo'])
    const { tokenId, userDeviceId } = await demoVehicle(gateway)
    const status = await until('a whole status', async () => {
      const answer = await gateway.get(`/v1/vehicle/${tokenId}/status`)
      const body = answer.body as Status
      const fields = ['odometer', 'fuelPercentRemaining', 'batteryVoltage', 'latitude', 'longitude']
      return fields.every((field) => field in body) && body
    })
    assert.ok((status.odometer ?? 0) > 100)
    assert.ok((status.batteryVoltage ?? 0) > 12 && (status.batteryVoltage ?? 0) < 15)
    const user = await gateway.get(`/v1/user/device-data/${userDeviceId}/status`)
    assert.is(user.status, 200)
    const anonymous = await fetch(`${gateway.url}/v1/vehicle/${tokenId}/status`)
    assert.is(anonymous.status, 401)
    const page = await fetch(`${gateway.url}/`, { headers: { accept: 'text/html' } })
    assert.match(await page.text(), /<html/i)
    const up = await fetch(`${gateway.url}/`, { headers: { accept: 'application/json' } })
    assert.equal(await up.json(), { code: 200, message: 'Server is up.' })

    const started = Date.now()
    const end = await gateway.command.stop('SIGINT')
    assert.is(end.code, 0, end.stderr)
    assert.ok(Date.now() - started < 8000, 'Ctrl-C stops at once')
    assert.is(end.stdout, `ready ${gateway.url}\n`)
    assert.match(end.stderr, /#token=/)
  } finally {
    folder.remove()
  }
})

test('a privilege token made on the command line opens what it names and nothing else', async () => {
  const folder = new Folder()
  try {
    const gateway = await startGateway(folder, ['--demo'])
    const { tokenId } = await demoVehicle(gateway)
    const data = join(folder.path, 'data')
    const token = (privileges: string) =>
      odograph('token', 'create', '--data', data, '--vehicle', tokenId, '--privileges', privileges)
    const url = `${gateway.url}/v1/vehicle/${tokenId}/status`
    await until(
      'a status',
      async () => (await gateway.get(`/v1/vehicle/${tokenId}/status`)).status === 200,
    )
    const fields = async (privileges: string) => {
      const authorization = `Bearer ${(await token(privileges)).stdout.trim()}`
      const answer = await fetch(url, { headers: { authorization } })
      return { status: answer.status, body: (await answer.json()) as object }
    }
    const location = await fields('3')
    assert.is(location.status, 200)
    assert.ok('latitude' in location.body && !('odometer' in location.body))
    const rest = await fields('1')
    assert.ok('odometer' in rest.body && !('latitude' in rest.body))
    assert.is((await fields('2')).status, 401)
    await gateway.command.stop()
  } finally {
    folder.remove()
  }
})

test('what was replayed is served by a run on the same folder', async () => {
  const folder = new Folder()
  try {
    const start = Math.floor(Date.now() / 1000) - 7200
    const file = folder.file('drive.log', candumpLog(truckDrive(120), { start }))
    const data = join(folder.path, 'data')
    await odograph('replay', file, '--data', data, '--vehicle', '17')
    const gateway = await startGateway(folder, [])
    const { body } = await gateway.get('/v1/vehicle/17/history')
    const { hits } = body as {
      hits: { total: { value: number }; hits: { _source: { data: Status } }[] }
    }
    assert.ok(hits.total.value > 100)
    assert.is(hits.hits.length, hits.total.value)
    assert.is(hits.hits.at(-1)?._source.data.batteryVoltage, 13.8)
    const driven = await gateway.get('/v1/vehicle/17/distance-driven')
    const { distanceDriven } = driven.body as { distanceDriven: number }
    assert.ok(Math.abs(distanceDriven - 2.38) < 0.02, `${distanceDriven} km`)
    const daily = await gateway.get('/v1/vehicle/17/daily-distance?time_zone=Europe/Berlin')
    const { days } = daily.body as { days: { distance: number | null }[] }
    const sum = days.reduce((total, day) => total + (day.distance ?? 0), 0)
    assert.ok(Math.abs(sum - distanceDriven) < 1e-6)
    const status = await gateway.get('/v1/vehicle/17/status')
    assert.is((status.body as Status).fuelPercentRemaining, 0.5)
    await gateway.command.stop()
  } finally {
    folder.remove()
  }
})

test('records arrive over MQTT, and the retained status is the REST status', async () => {
  const folder = new Folder()
  try {
    const gateway = await startGateway(folder, ['--demo'], {
      env: { ODOGRAPH__STORE__COMMIT: '0.5' },
    })
    const client = connect(`mqtt://127.0.0.1:${gateway.mqttPort}`, { protocolVersion: 4 })
    const seen = new Map<string, string[]>()
    client.on('message', (topic, payload) => {
      seen.set(topic, [...(seen.get(topic) ?? []), payload.toString()])
    })
    client.subscribe('odograph/#', { qos: 1 })
    const records = await until('three records', () => {
      const found = seen.get('odograph/demo/records')
      return found !== undefined && found.length >= 3 && found
    })
    const events = records.map((text) => JSON.parse(text))
    assert.is(events[0].type, 'zone.dimo.device.status.update')
    const { tokenId } = await demoVehicle(gateway)
    const history = await gateway.get(`/v1/vehicle/${tokenId}/history`)
    const ids = (history.body as { hits: { hits: { _id: string }[] } }).hits.hits.map(
      (hit) => hit._id,
    )
    for (const event of events) assert.ok(ids.includes(event.id))
    const status = JSON.parse(seen.get('odograph/demo/status')?.at(-1) ?? '{}')
    assert.ok(status.odometer > 100)
    const gatewayId = [...seen.keys()].find((topic) => topic.endsWith('/availability'))
    assert.is(seen.get(gatewayId ?? '')?.at(-1), 'online')
    await gateway.command.stop()
    await until('offline', () => seen.get(gatewayId ?? '')?.at(-1) === 'offline')
    await client.endAsync(true)
  } finally {
    folder.remove()
  }
})

test('killed with -9 again and again, it keeps every stored record and skips none over MQTT', async () => {
  const folder = new Folder()
  const mqttPort = await freePort()
  // The broker belongs to a gateway that stays, so that only the killed one forgets.
  const brokerFolder = new Folder()
  const broker = await startGateway(brokerFolder, [], { mqttPort })
  const client = connect(`mqtt://127.0.0.1:${mqttPort}`, { protocolVersion: 4 })
  const received: { id: string; sequence: string }[] = []
  client.on('message', (_topic, payload) => received.push(JSON.parse(payload.toString())))
  await client.subscribeAsync('odograph/demo/records', { qos: 1 })
  try {
    const config = folder.file(
      'odograph.yaml',
      `mqtt: { url: "mqtt://127.0.0.1:${mqttPort}" }\nstore: { commit: 0.2 }\nrecords: { onChange: 0.1 }\n`,
    )
    for (let round = 0; round < 3; round += 1) {
      const before = received.length
      const gateway = await startGateway(folder, ['--demo', '--config', config])
      await until('records of this round', () => received.length > before + 8)
      await gateway.command.stop('SIGKILL')
    }
    const last = await startGateway(folder, ['--demo', '--config', config])
    const database = openDatabase(join(folder.path, 'data', 'journal.db'), { readOnly: true })
    const stored = database.prepare('SELECT id FROM record ORDER BY seq LIMIT 30').all()
    assert.is(database.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok')
    database.close()
    await until('everything', () => stored.every((row) => received.some((r) => r.id === row.id)))
    const firsts = [...new Map(received.map((event) => [event.id, event])).values()]
    const sequences = firsts.map((event) => Number(event.sequence))
    assert.equal(
      sequences,
      [...sequences].sort((a, b) => a - b),
    )
    assert.is(new Set(sequences).size, sequences.length)
    for (let i = 1; i < sequences.length; i += 1) {
      assert.is(sequences[i], (sequences[i - 1] as number) + 1, 'no record is skipped')
    }
    await last.command.stop()
  } finally {
    await client.endAsync(true)
    await broker.command.stop()
    folder.remove()
    brokerFolder.remove()
  }
})

const broken: [name: string, yaml: string, says: RegExp][] = [
  ['YAML that is none', 'sources: [\n  - {id: a', /odograph\.yaml:\d+:\d+/],
  [
    'a source without its port',
    'sources:\n  - id: can0\n    type: slcan\n',
    /odograph\.yaml:2:5: sources\.0\.port/,
  ],
  ['a misspelt key', 'mqtt:\n  passwrod: x\n', /passwrod/],
  [
    'a serial port that does not exist',
    'sources:\n  - { id: can0, type: slcan, port: /dev/no-such-port }\n',
    /can0: .*\/dev\/no-such-port/,
  ],
  [
    'a recording that does not exist',
    'sources:\n  - { id: old, type: playback, file: /no/such.log }\n',
    /old: .*\/no\/such\.log/,
  ],
]

for (const [name, yaml, says] of broken) {
  test(`${name} does not stop the gateway: it says so and serves`, async () => {
    const folder = new Folder()
    try {
      const config = folder.file('odograph.yaml', yaml)
      const gateway = await startGateway(folder, ['--config', config])
      const findings = await until('the finding', async () => {
        const { body } = await gateway.get('/v1/gateway/health')
        const { findings } = body as { findings: string[] }
        return findings.length > 0 && findings
      })
      assert.match(findings.join('\n'), says)
      const end = await gateway.command.stop()
      assert.is(end.code, 0, end.stderr)
    } finally {
      folder.remove()
    }
  })
}

test('an address in use is said, and taken as soon as it is free', async () => {
  const folder = new Folder()
  const other = new Folder()
  try {
    const first = await startGateway(folder, [])
    const address = first.url.replace('http://', '')
    const args = ['run', '--data', join(other.path, 'data'), '--listen', address]
    const second = new Command([...args, '--mqtt-listen', `127.0.0.1:${await freePort()}`])
    await until('the sentence', () => /cannot listen/.test(second.stderr))
    await first.command.stop()
    await until('ready', () => second.stdout.includes(`ready http://${address}`))
    assert.is((await second.stop()).code, 0)
  } finally {
    folder.remove()
    other.remove()
  }
})

test('Ctrl-C also stops a gateway that waits for its address', async () => {
  const folder = new Folder()
  const other = new Folder()
  try {
    const first = await startGateway(folder, [])
    const address = first.url.replace('http://', '')
    const args = ['run', '--data', join(other.path, 'data'), '--listen', address]
    const second = new Command([...args, '--mqtt-listen', `127.0.0.1:${await freePort()}`])
    await until('the sentence', () => /cannot listen/.test(second.stderr))
    assert.is((await second.stop()).code, 0, second.stderr)
    await first.command.stop()
  } finally {
    folder.remove()
    other.remove()
  }
})

test('a data folder that cannot be one does not stop it: it shows the present and says so', async () => {
  const folder = new Folder()
  try {
    folder.file('data', 'a file where the folder should be')
    const args = ['--listen', '127.0.0.1:0', '--mqtt-listen', `127.0.0.1:${await freePort()}`]
    const command = new Command(['run', '--demo', '--data', join(folder.path, 'data'), ...args])
    folder.commands.push(command)
    const page = await until('the page', () => /Page +(\S+)/.exec(command.stderr)?.[1])
    const [url, token] = page.split('/#token=')
    const authorization = `Bearer ${token}`
    const answer = await fetch(`${url}/v1/gateway/health`, { headers: { authorization } })
    const { status, findings } = (await answer.json()) as { status: string; findings: string[] }
    assert.is(status, 'degraded')
    assert.match(findings.join(' '), /journal cannot be used/)
    assert.match(findings.join(' '), /key cannot be kept/)
    assert.is((await command.stop()).code, 0)
  } finally {
    folder.remove()
  }
})

test('a journal that is no database is kept aside and a new one begun', async () => {
  const folder = new Folder()
  try {
    const first = await startGateway(folder, [])
    await first.command.stop()
    folder.file(
      'data/journal.db',
      'this is no database, and long enough to be looked at'.repeat(40),
    )
    const gateway = await startGateway(folder, ['--demo'])
    const { body } = await gateway.get('/v1/gateway/health')
    assert.match((body as { findings: string[] }).findings.join(' '), /damaged-/)
    await gateway.command.stop()
  } finally {
    folder.remove()
  }
})

test.run()
