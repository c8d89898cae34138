import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { foundInterfaces, foundPorts } from '../../src/device/identify/found-ports.ts'
import { type Identified, identify } from '../../src/device/identify/identify.ts'
import type { PortOptions } from '../../src/device/serial/port.ts'
import type { AdapterEngine } from '../../src/device/simulator/adapter-bench.ts'
import { ElmAdapter } from '../../src/device/simulator/elm-adapter.ts'
import { GvretAdapter } from '../../src/device/simulator/gvret-adapter.ts'
import { SlcanAdapter } from '../../src/device/simulator/slcan-adapter.ts'
import { StnAdapter } from '../../src/device/simulator/stn-adapter.ts'
import { SmallBus } from '../support/small-bus.ts'

const test = suite('identify')

type Make = (write: (bytes: Uint8Array) => void) => AdapterEngine

/** What is found of a fake adapter that hears only at its own baud rate; and what it was sent. */
async function asked(
  make: Make,
  baud = 115_200,
): Promise<{ found: Identified | undefined; written: string[]; opened: number[] }> {
  let hears: PortOptions['data'] | undefined
  let now = 1_790_000_000_000_000
  const engine = make((bytes) => hears?.(bytes))
  const written: string[] = []
  const opened: number[] = []
  const found = await identify({
    path: '/dev/x',
    wait: async (ms) => {
      for (let left = ms; left > 0; left -= 5) {
        now += 5000
        engine.advance(now)
      }
    },
    open: async ({ path, baudRate, data }) => {
      opened.push(baudRate)
      hears = baudRate === baud ? data : undefined
      return {
        path,
        device: path,
        close: async () => {
          hears = undefined
        },
        write: async (bytes) => {
          written.push(Buffer.from(bytes).toString('latin1'))
          if (baudRate === baud) engine.receive(bytes, now)
        },
      }
    },
  })
  return { found, written, opened }
}

const bus = () => new SmallBus()
const elm = (options: object) => (write: (bytes: Uint8Array) => void) =>
  new ElmAdapter({ model: bus(), write, ...options })
const slcan = (options: object) => (write: (bytes: Uint8Array) => void) =>
  new SlcanAdapter({ model: bus(), write, ...options })

const adapters: [
  what: string,
  make: Make,
  kind: Identified['kind'],
  says: RegExp,
  baud?: number,
][] = [
  ['a genuine ELM327', elm({ version: '1.4b' }), 'elm327', /^ELM327 v1\.4b$/, 38_400],
  ['an ELM327 of the first days', elm({ version: '1.0' }), 'elm327', /ELM327 v1\.0/, 9600],
  ['one whose echo stays on', elm({ faults: ['echo'] }), 'elm327', /^ELM327 v/],
  ['one that scatters bytes', elm({ faults: ['fc'], faultEvery: 1 }), 'elm327', /^ELM327 v/],
  ['one whose OK sticks to its prompt', elm({ faults: ['no-cr'] }), 'elm327', /^ELM327 v/],
  ['one of a false version', elm({ faults: ['fake-version'] }), 'elm327', /^ELM327 v2\.1$/],
  [
    'an STN',
    (write) => new StnAdapter({ model: bus(), write }),
    'elm327',
    /^STN\d+.*\(ELM327 v.*\)$/,
  ],
  ['a Lawicel', slcan({}), 'slcan', /^version 1013, serial number A001$/],
  ['a CANable', slcan({ dialect: 'canable2' }), 'slcan', /./],
  ['a USBtin', slcan({ dialect: 'usbtin' }), 'slcan', /version/],
  [
    'a GVRET adapter',
    (write) => new GvretAdapter({ model: bus(), write }),
    'gvret',
    /^$/,
    1_000_000,
  ],
]

for (const [what, make, kind, says, baud = 115_200] of adapters) {
  test(`${what} is recognised`, async () => {
    const { found, opened } = await asked(make, baud)
    assert.is(found?.kind, kind)
    assert.is(found?.baud, baud)
    assert.match(found?.says ?? '', says)
    assert.is(opened.at(-1), baud)
  })
}

test('whatever is asked, nothing is sent to a bus and no channel is opened', async () => {
  const awake = new SmallBus()
  const elm327 = { transmitted: [] as readonly unknown[] }
  await asked((write) => {
    const engine = new ElmAdapter({ model: awake, write })
    Object.defineProperty(elm327, 'transmitted', { get: () => engine.transmitted })
    return engine
  })
  assert.equal(elm327.transmitted, [])
  for (const faults of [[], ['silent']] as const) {
    const { written } = await asked(elm({ faults }), 115_200)
    assert.ok(written.length > 0)
    for (const text of written)
      assert.ok(['ATI\r', 'STI\r', 'V\r', 'N\r', '\xe7\xe7\xf1\x09'].includes(text), text)
  }
  assert.equal(awake.received, [])
  let adapter: SlcanAdapter | undefined
  await asked((write) => {
    adapter = new SlcanAdapter({ model: bus(), write })
    return adapter
  })
  assert.is(adapter?.state, 'closed')
  assert.equal(adapter?.transmitted, [])
})

test('what says nothing is nothing, at any baud rate', async () => {
  const { found, opened } = await asked(elm({ faults: ['silent'] }))
  assert.is(found, undefined)
  assert.equal(opened, [115_200, 38_400, 9600, 1_000_000, 500_000, 230_400])
})

/** Talks by itself, and hears nothing. */
const talker = (text: string) => (write: (bytes: Uint8Array) => void) => ({
  isBusy: true,
  receive: () => undefined,
  advance: () => write(Buffer.from(text, 'latin1')),
})

test('a GNSS receiver is known by its sentences, an open channel by its frames', async () => {
  const gnss = await asked(talker('$GNRMC,120000.00,A,4807.038,N,01131.000,E*6A\r\n'), 9600)
  assert.equal(gnss.found, { kind: 'nmea', says: 'several systems', baud: 9600 })
  const open = await asked(talker('t12381122334455667788\rT18FEF1008FFFFFFFFFFFFFFFF\r'))
  assert.equal(open.found, { kind: 'slcan', says: 'an open channel', baud: 115_200 })
  assert.equal(open.written, [], 'what talks need not be asked')
  assert.is((await asked(talker('\xff\x10noise\r\n$$$'))).found, undefined)
})

test('ports are found once each, by their stable name where they have one', async () => {
  const root = mkdtempSync(join(tmpdir(), 'odograph-ports-'))
  try {
    const folders = {
      byId: join(root, 'by-id'),
      devices: join(root, 'dev'),
      network: join(root, 'net'),
    }
    for (const folder of Object.values(folders)) mkdirSync(folder)
    for (const name of ['ttyUSB0', 'ttyACM0', 'ttyAMA0', 'tty1', 'null']) {
      writeFileSync(join(folders.devices, name), '')
    }
    symlinkSync('../dev/ttyACM0', join(folders.byId, 'usb-Adapter-if00'))
    symlinkSync('../dev/gone', join(folders.byId, 'usb-Gone-if00'))
    const found = await foundPorts(folders)
    assert.equal(
      found.map(({ path, device }) => [path.replace(root, ''), device.replace(root, '')]),
      [
        ['/by-id/usb-Adapter-if00', '/dev/ttyACM0'],
        ['/dev/ttyAMA0', '/dev/ttyAMA0'],
        ['/dev/ttyUSB0', '/dev/ttyUSB0'],
      ],
    )
    for (const [name, type] of [
      ['can0', '280'],
      ['eth0', '1'],
    ] as const) {
      mkdirSync(join(folders.network, name))
      writeFileSync(join(folders.network, name, 'type'), `${type}\n`)
      writeFileSync(join(folders.network, name, 'operstate'), 'down\n')
    }
    assert.equal(await foundInterfaces(folders), [{ name: 'can0', state: 'down' }])
    assert.equal(await foundPorts({ byId: '/no', devices: '/no', network: '/no' }), [])
    assert.equal(await foundInterfaces({ byId: '/no', devices: '/no', network: '/no' }), [])
  } finally {
    rmSync(root, { recursive: true })
  }
})

test.run()
