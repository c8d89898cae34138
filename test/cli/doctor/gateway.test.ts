/** What the doctor asks of a running gateway, and whom it trusts with a token. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Examination } from '../../../src/cli/doctor/examination.ts'
import { bySource } from '../../../src/cli/doctor/port.ts'
import { systemWorld } from '../../../src/cli/doctor/world.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { openTokenStore } from '../../../src/gateway/token-register.ts'
import type { GatewayHealth, SourceReport } from '../../../src/model/ports.ts'
import { selfSigned } from '../../support/certificates.ts'
import { DoctorBench } from '../../support/doctor-bench.ts'
import { Command, startGateway, until } from '../../support/gateway-process.ts'
import { testWith } from '../../support/needs.ts'

const test = suite('doctor: gateway')

const WELL = 'sources: [{ id: sim0, type: simulator }]\nmqtt: { enabled: false }\n'

async function inBench(work: (bench: DoctorBench) => Promise<void>): Promise<void> {
  const bench = await DoctorBench.create()
  try {
    await work(bench)
  } finally {
    await bench.end()
  }
}

testWith(test, 'openssl', 'a gateway with a certificate of its own is known by that', () =>
  inBench(async (bench) => {
    const api = `api: { listen: '127.0.0.1:${bench.port}', tls: true }\n`
    const config = bench.configure(api + WELL)
    const command = new Command(['run', '--data', bench.data, '--config', config])
    bench.folder.commands.push(command)
    await until('ready', () => command.stdout.startsWith('ready https://'))
    const ids = (await bench.diagnose()).map(({ id }) => id)
    assert.ok(ids.includes('gateway-running') && ids.includes('source-ok'), ids.join())
    await command.stop()
  }),
)

testWith(test, 'openssl', 'whoever else has the port gets no token', () =>
  inBench(async (bench) => {
    const own = selfSigned(bench.folder.path, 'own')
    const other = selfSigned(bench.folder.path, 'other')
    const files = `certFile: ${own.certFile}, keyFile: ${own.keyFile}`
    bench.configure(`api: { listen: '127.0.0.1:${bench.port}', tls: { ${files} } }\n${WELL}`)
    let heard = ''
    const pair = { cert: readFileSync(other.certFile), key: readFileSync(other.keyFile) }
    const server = createServer(pair, (socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (data) => {
        heard += data
        socket.end(
          'HTTP/1.1 200 OK\r\ncontent-length: 34\r\n\r\n{"code":200,"clockTrust":"network"}',
        )
      })
    })
    server.on('tlsClientError', () => undefined)
    await new Promise<void>((resolve) => server.listen(bench.port, '127.0.0.1', resolve))
    bench.onEnd(() => server.close())
    const findings = await bench.diagnose()
    assert.ok(findings.some(({ id }) => id === 'api-port-taken'))
    assert.is(heard, '')
  }),
)

test('with the data folder of another gateway, its health is not told, and nothing is broken', () =>
  inBench(async (bench) => {
    const config = bench.configure(WELL)
    const gateway = await startGateway(bench.folder, [
      '--config',
      config,
      '--listen',
      `127.0.0.1:${bench.port}`,
    ])
    const other = join(bench.folder.path, 'other')
    mkdirSync(other)
    Object.assign(bench, { data: other })
    const findings = await bench.diagnose()
    const told = findings.find(({ id }) => id === 'gateway-untold')
    assert.is(told?.severity, 'note')
    assert.match(told?.cause ?? '', /not its data folder/)
    await gateway.command.stop()
  }))

test('to look at a gateway does not claim it, and writes nothing', () =>
  inBench(async (bench) => {
    const listen = `api: { listen: '0.0.0.0:${bench.port}' }\n`
    const config = bench.configure(listen + WELL)
    const command = new Command(['run', '--data', bench.data, '--config', config])
    bench.folder.commands.push(command)
    await until('ready', () => command.stdout.startsWith('ready'))
    const findings = await bench.diagnose()
    const ids = findings.map(({ id }) => id)
    assert.ok(ids.includes('gateway-running'), JSON.stringify(findings, undefined, 2))
    assert.ok(ids.includes('api-unclaimed'), ids.join())
    const tokens = openTokenStore(bench.data, () => Date.now())
    try {
      assert.is(tokens.isClaimed, false)
      assert.equal(tokens.list(), [])
    } finally {
      tokens.close()
    }
    await command.stop()
  }))

function reported(sources: Partial<SourceReport>[]): Examination {
  const health = { sources } as unknown as GatewayHealth
  return {
    world: systemWorld(),
    loaded: loadConfig({ environment: {} }),
    folder: '',
    mayAsk: true,
    gateway: { state: 'running', health },
    signal: new AbortController().signal,
  }
}

const running: Partial<SourceReport> = {
  id: 'can0',
  state: 'running',
  detail: 'open',
  frames: 9,
  reopened: 0,
  issues: [],
}
const overflow = { code: 'adapter-overflow', text: '', count: 7, newest: 'flags 01' } as const

const reports: [report: Partial<SourceReport>, ids: string[]][] = [
  [running, ['source-ok']],
  [{ ...running, state: 'waiting', detail: 'it is gone' }, ['source-failed']],
  [{ ...running, state: 'silent', detail: 'no frame for a minute' }, ['bus-silent']],
  [{ ...running, issues: [overflow] }, ['source-ok', 'frames-lost']],
  [{ ...running, id: 'can7' }, ['source-untold']],
]

for (const [report, ids] of reports) {
  test(`what a running gateway says of a source becomes ${ids.join(' and ')}`, () => {
    const findings = bySource({ id: 'can0' }, reported([report])) ?? []
    assert.equal(
      findings.map(({ id }) => id),
      ids,
    )
  })
}

test.run()
