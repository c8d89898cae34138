/** Faults of adapters, receivers and CAN interfaces, one at a time; the lines are real pseudo-terminals. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as passed } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemWorld } from '../../../src/cli/doctor/world.ts'
import { openLine } from '../../../src/device/open-line.ts'
import { openPty } from '../../../src/device/simulator/pty.ts'
import { SlcanAdapter } from '../../../src/device/simulator/slcan-adapter.ts'
import { DoctorBench, type Fault, testFaults } from '../../support/doctor-bench.ts'
import { startGateway, until } from '../../support/gateway-process.ts'
import { testWith } from '../../support/needs.ts'

const test = suite('doctor: sources')

const BITRATE = 'bitrate: 250000'

async function slcan(bench: DoctorBench, ...args: string[]): Promise<string> {
  const path = await bench.simulator('slcan', ...args)
  bench.source(`type: slcan, port: ${path}, ${BITRATE}`)
  return path
}

/** An SLCAN adapter whose bus is silent. */
async function silentBus(bench: DoctorBench): Promise<void> {
  const path = join(bench.folder.path, 'quiet')
  const line = await openPty(path, (chunk) => adapter.receive(chunk))
  const adapter = new SlcanAdapter({ write: (bytes) => line.write(bytes) })
  bench.onEnd(() => line.close())
  bench.source(`type: slcan, port: ${path}, ${BITRATE}`)
}

/** A pseudo-terminal has no speed: with another one than its own, the line carries rubbish. */
function onlyAt(bench: DoctorBench, right: number): void {
  bench.world = {
    open: (options) => {
      if (options.baudRate === right) return openLine(options)
      const data = (chunk: Uint8Array) => options.data(chunk.map((byte) => byte ^ 0xff))
      return openLine({ ...options, data })
    },
  }
}

/** The path is taken for one of a USB serial converter, whose speed counts. */
function likeUsb(bench: DoctorBench): void {
  bench.world = { ...bench.world, leadsTo: () => '/dev/ttyUSB7' }
}

/** Where nothing will answer, there is nothing to wait for. */
function impatient(bench: DoctorBench): void {
  bench.world = { wait: (ms) => passed(ms / 20) }
}

/** What `ip -details -json link show can0` writes. */
function link(
  state: string,
  more: { flags?: string[]; bitrate?: number; mode?: string[] } = {},
): string {
  const { flags = ['NOARP', 'UP', 'LOWER_UP'], bitrate = 250_000, mode = ['LISTEN-ONLY'] } = more
  const data = { ctrlmode: mode, state, restart_ms: 0, bittiming: { bitrate } }
  return JSON.stringify([
    { ifname: 'can0', flags, linkinfo: { info_kind: 'can', info_data: data } },
  ])
}

function interfaceOf(bench: DoctorBench, output: string | undefined): void {
  bench.tools = { ...bench.tools, ip: output }
  bench.source(`type: socketcan, interface: can0, ${BITRATE}`)
}

const faults: Fault[] = [
  {
    fault: 'no adapter',
    id: 'port-missing',
    severity: 'failure',
    set: (bench) => bench.source('type: slcan, port: /dev/serial/by-id/usb-none'),
  },
  {
    fault: 'a port of another group',
    id: 'port-denied',
    severity: 'failure',
    needs: 'socat',
    says: /usermod -aG dialout pi/,
    async set(bench) {
      const path = await slcan(bench)
      bench.asStranger()
      chmodSync(path, 0o660)
      chmodSync(bench.data, 0o777)
      bench.system('etc/group', `dialout:x:${statSync(path).gid}:\n`)
    },
  },
  {
    fault: 'a port that another program has',
    id: 'port-busy',
    severity: 'failure',
    needs: 'socat',
    says: /(sleep|flock) \(process \d+\)/,
    async set(bench) {
      const path = await slcan(bench)
      const child = spawn('flock', [path, 'sleep', '60'], { detached: true, stdio: 'ignore' })
      bench.onEnd(() => process.kill(-(child.pid ?? 0), 'SIGKILL'))
      const { list, linkOf } = systemWorld()
      const device = systemWorld().leadsTo(path)
      bench.withProcesses()
      await until('flock has it', () =>
        list(`/proc/${child.pid}/fd`).some(
          (fd) => linkOf(`/proc/${child.pid}/fd/${fd}`) === device,
        ),
      )
    },
  },
  {
    fault: 'a port that is locked, by whom nobody may see',
    id: 'port-busy',
    severity: 'failure',
    needs: 'socat',
    says: /fuser/,
    async set(bench) {
      const path = await slcan(bench)
      const data = () => undefined
      const port = await openLine({ path, baudRate: 115_200, data, closed: data })
      bench.onEnd(() => port.close())
    },
  },
  {
    fault: 'an adapter that hangs',
    id: 'adapter-silent',
    severity: 'failure',
    needs: 'socat',
    async set(bench) {
      await slcan(bench, '--fault', 'silent')
      impatient(bench)
    },
  },
  {
    fault: 'an ELM327 where SLCAN is configured',
    id: 'adapter-wrong-type',
    severity: 'failure',
    needs: 'socat',
    says: /ELM327 v.*type: elm327/,
    async set(bench) {
      const path = await bench.simulator('elm327', '--vehicle', 'car')
      bench.source(`type: slcan, port: ${path}, ${BITRATE}`)
    },
  },
  {
    fault: 'a wrong speed of the line',
    id: 'adapter-wrong-baud',
    severity: 'failure',
    needs: 'socat',
    says: /baud: 115200/,
    async set(bench) {
      const path = await bench.simulator('slcan')
      bench.source(`type: slcan, port: ${path}, ${BITRATE}, baud: 9600`)
      onlyAt(bench, 115_200)
    },
  },
  {
    fault: 'a line that is full',
    id: 'baud-too-slow',
    severity: 'warning',
    needs: 'socat',
    says: /filters: decoded/,
    async set(bench) {
      await slcan(bench, '--rate', '1500')
      likeUsb(bench)
    },
  },
  {
    fault: 'a line that could become full',
    id: 'baud-too-slow',
    severity: 'note',
    needs: 'socat',
    async set(bench) {
      await slcan(bench, '--rate', '50')
      likeUsb(bench)
    },
  },
  { fault: 'a silent bus', id: 'bus-silent', severity: 'warning', needs: 'socat', set: silentBus },
  {
    fault: 'a bus with nothing but errors, as with a wrong bit rate',
    id: 'bus-errors',
    severity: 'warning',
    needs: 'socat',
    set: (bench) => slcan(bench, '--fault', 'bus-off'),
  },
  {
    fault: 'ModemManager beside a USB adapter',
    id: 'modem-manager',
    severity: 'warning',
    needs: 'socat',
    async set(bench) {
      await slcan(bench, '--rate', '50')
      likeUsb(bench)
      bench.tools = { ...bench.tools, systemctl: 'active\n' }
    },
  },
  {
    fault: 'a clone of an ELM327',
    id: 'adapter-quirks',
    severity: 'note',
    needs: 'socat',
    also: ['bus-silent'],
    async set(bench) {
      const path = await bench.simulator('elm327', '--vehicle', 'car', '--version', '1.5')
      bench.source(`type: elm327, port: ${path}`)
    },
  },
  {
    fault: 'a receiver without a fix',
    id: 'gnss-no-fix',
    severity: 'warning',
    needs: 'socat',
    async set(bench) {
      const path = await bench.simulator('nmea', '--fault', 'no-fix')
      bench.source(`type: nmea, port: ${path}`)
    },
  },
  {
    fault: 'a receiver that says nothing',
    id: 'gnss-silent',
    severity: 'failure',
    needs: 'socat',
    async set(bench) {
      const path = join(bench.folder.path, 'mute')
      const line = await openPty(path, () => undefined)
      bench.onEnd(() => line.close())
      bench.source(`type: nmea, port: ${path}`)
      impatient(bench)
    },
  },
  {
    fault: 'no CAN interface',
    id: 'interface-missing',
    severity: 'failure',
    set: (bench) => interfaceOf(bench, undefined),
  },
  {
    fault: 'a CAN interface that is down',
    id: 'interface-down',
    severity: 'failure',
    says: /sudo ip link set can0 up/,
    set: (bench) => interfaceOf(bench, link('STOPPED', { flags: ['NOARP'] })),
  },
  {
    fault: 'a CAN interface with another bit rate',
    id: 'interface-bitrate',
    severity: 'failure',
    set: (bench) => interfaceOf(bench, link('ERROR-ACTIVE', { bitrate: 500_000 })),
  },
  {
    fault: 'a CAN interface that would acknowledge',
    id: 'interface-mode',
    severity: 'failure',
    set: (bench) => interfaceOf(bench, link('ERROR-ACTIVE', { mode: [] })),
  },
  {
    fault: 'a CAN interface that is off the bus',
    id: 'bus-off',
    severity: 'failure',
    set: (bench) => interfaceOf(bench, link('BUS-OFF')),
  },
  {
    fault: 'a CAN interface with errors',
    id: 'bus-errors',
    severity: 'warning',
    set: (bench) => interfaceOf(bench, link('ERROR-PASSIVE')),
  },
]

testFaults(test, faults)

testWith(
  test,
  'socat',
  'where all is well, adapter and bus are named, and nothing is wrong',
  async () => {
    const bench = await DoctorBench.create()
    try {
      await slcan(bench)
      const ids = (await bench.diagnose()).map(({ id }) => id)
      assert.ok(ids.includes('adapter-ok') && ids.includes('bus-ok'), ids.join())
      bench.mayAsk = false
      const quiet = await bench.diagnose()
      assert.ok(quiet.some(({ id }) => id === 'source-untold'))
      assert.not.ok(
        quiet.some(({ id }) => id === 'adapter-ok'),
        '--no-send leaves the port alone',
      )
    } finally {
      await bench.end()
    }
  },
)

testWith(test, 'socat', 'a running gateway is asked, and its ports are left alone', async () => {
  const bench = await DoctorBench.create()
  try {
    const path = await bench.simulator('slcan')
    mkdirSync(bench.data, { recursive: true })
    const config = bench.configure(`sources:
  - { id: can0, type: slcan, port: ${path}, bitrate: 250000 }
  - { id: can1, type: slcan, port: ${path}-none }
  - { id: lora0, type: semtech-udp, listen: '127.0.0.1:0' }
mqtt: { enabled: false }
`)
    const { command, get } = await startGateway(bench.folder, [
      '--config',
      config,
      '--listen',
      `127.0.0.1:${bench.port}`,
    ])
    await until('frames', async () => {
      const { body } = await get('/v1/gateway/health')
      return (body as { sources: { frames: number }[] }).sources[0]?.frames
    })
    bench.withProcesses()
    const findings = await bench.diagnose()
    const ids = findings.map(({ id, source }) => `${source ?? ''} ${id}`.trim())
    assert.ok(ids.includes('gateway-running'), JSON.stringify(findings, undefined, 2))
    assert.ok(ids.includes('can0 source-ok'), ids.join())
    assert.ok(ids.includes('can1 port-missing'), ids.join())
    assert.ok(ids.includes('lora0 lora-no-gateway'), ids.join())
    const { body } = await get('/v1/gateway/health')
    const [can0] = (body as { sources: { reopened: number }[] }).sources
    assert.is(can0?.reopened, 0, 'nobody else has opened it')
    await command.stop()
  } finally {
    await bench.end()
  }
})

test.run()
