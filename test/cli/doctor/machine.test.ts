/** Faults of configuration, card, journal, clock, API, service and machine, one at a time. */
import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exitCode } from '../../../src/cli/doctor/report.ts'
import { openDatabase } from '../../../src/database/sqlite.ts'
import { Journal } from '../../../src/uplink/store/journal.ts'
import { selfSigned } from '../../support/certificates.ts'
import { DoctorBench, type Fault, testFaults } from '../../support/doctor-bench.ts'
import { checkpointOf, newRecord, silent } from '../../support/journal-records.ts'
import { mayMount, mountMemory, unmount } from '../../support/mounts.ts'

const test = suite('doctor: machine')

const HOUR = 3_600_000

/** A journal with records, the newest of which was received so long ago. */
async function fillJournal({ data }: DoctorBench, ageMs = 0): Promise<string> {
  const path = join(data, 'journal.db')
  const now = () => Date.now()
  const journal = new Journal({ path, commitEvery: 1000, logger: silent, now })
  const at = Date.now() - ageMs
  for (let i = 0; i < 500; i += 1) {
    const record = { ...newRecord(i), time: at, receivedAt: at }
    journal.append(record, checkpointOf(i), [], [])
  }
  journal.commit()
  journal.stop()
  return path
}

async function withVoltage(bench: DoctorBench, volts: number): Promise<void> {
  const path = await fillJournal(bench)
  const database = openDatabase(path, { readOnly: false })
  const status = JSON.stringify({ batteryVoltage: { value: volts, quality: 'ok' } })
  database.prepare('UPDATE vehicle_state SET status = ?').run(status)
  database.close()
}

/** A memory file system of that size at the data folder, where mounting is allowed; else its numbers. */
function smallDisk(bench: DoctorBench, megabytes: number): void {
  if (mayMount()) {
    mountMemory(bench.data, `size=${megabytes}m`)
    bench.onEnd(() => unmount(bench.data))
  } else {
    const size = megabytes * 1_048_576
    bench.world = { space: async () => ({ free: size, total: size }) }
  }
}

function withUnit(bench: DoctorBench, more: string): void {
  mkdirSync(join(bench.root, 'run/systemd/system'), { recursive: true })
  const base = 'LoadState=loaded\nSubState=running\nWatchdogUSec=0\nResult=success\n'
  bench.tools = { ...bench.tools, systemctl: base + more }
}

function certificate(bench: DoctorBench, later: number): void {
  const { certFile, keyFile } = selfSigned(bench.folder.path, 'api')
  chmodSync(keyFile, 0o600)
  bench.configure(`api: { listen: '127.0.0.1:${bench.port}', tls: { certFile: ${certFile}, keyFile: ${keyFile} } }
sources: [{ id: sim0, type: simulator }]
mqtt: { enabled: false }
`)
  bench.world = { wall: () => Date.now() + later }
}

const faults: Fault[] = [
  {
    fault: 'no such configuration',
    id: 'config-missing',
    severity: 'failure',
    also: ['sources-none'],
    set(bench) {
      bench.environment = { ODOGRAPH__API__LISTEN: `127.0.0.1:${bench.port}` }
      bench.config = join(bench.folder.path, 'none.yaml')
    },
  },
  {
    fault: 'a configuration that was cut in the middle',
    id: 'config-broken',
    severity: 'failure',
    also: ['sources-none'],
    says: /odograph\.yaml:2:/,
    set(bench) {
      bench.environment = { ODOGRAPH__API__LISTEN: `127.0.0.1:${bench.port}` }
      bench.config = bench.folder.file('odograph.yaml', 'sources:\n  - { id: can0, type: "slc')
    },
  },
  {
    fault: 'a key that nobody knows',
    id: 'config-unknown-key',
    severity: 'warning',
    says: /tankLiter.*did you mean/is,
    set: (bench) =>
      bench.configure(
        'vehicles: [{ id: van1, tankLiters: 80 }]\nsources: [{ id: sim0, type: simulator }]\nmqtt: { enabled: false }\n',
      ),
  },
  {
    fault: 'a value that is not valid',
    id: 'config-invalid',
    severity: 'failure',
    set: (bench) =>
      bench.configure(
        'store: { commit: fast }\nsources: [{ id: sim0, type: simulator }]\nmqtt: { enabled: false }\n',
      ),
  },
  {
    fault: 'a password that everybody can read',
    id: 'config-secret-open',
    severity: 'warning',
    set(bench) {
      const file = bench.folder.file('password', 'secret\n')
      chmodSync(file, 0o644)
      bench.broker(`enabled: false, passwordFile: ${file}`)
    },
  },
  {
    fault: 'a data folder of somebody else',
    id: 'data-denied',
    severity: 'failure',
    says: /chown/,
    set(bench) {
      bench.asStranger()
      chmodSync(bench.data, 0o755)
    },
  },
  {
    fault: 'a card that was mounted read-only',
    id: 'data-read-only',
    severity: 'failure',
    set: (bench) =>
      bench.system(
        'proc/mounts',
        `/dev/root / ext4 rw 0 0\n/dev/mmcblk0p3 ${bench.data} ext4 ro,noatime 0 0\n`,
      ),
  },
  {
    fault: 'a full card',
    id: 'disk-full',
    severity: 'failure',
    set: (bench) => smallDisk(bench, 10),
  },
  {
    fault: 'a card that is nearly full',
    id: 'disk-nearly-full',
    severity: 'warning',
    set: (bench) => smallDisk(bench, 100),
  },
  {
    fault: 'a worn card',
    id: 'card-worn',
    severity: 'warning',
    says: /90 %/,
    set(bench) {
      bench.system('sys/block/mmcblk0/device/life_time', '0x0a 0x02\n')
      bench.system('sys/block/mmcblk0/device/pre_eol_info', '0x01\n')
    },
  },
  {
    fault: 'a card at its end',
    id: 'card-worn',
    severity: 'failure',
    set: (bench) => bench.system('sys/block/mmcblk0/device/life_time', '0x0b 0x0b\n'),
  },
  {
    fault: 'programs that write all the time',
    id: 'card-writes',
    severity: 'warning',
    set(bench) {
      bench.system('proc/uptime', '86400.00 1\n')
      bench.system('sys/block/mmcblk0/stat', '1 1 1 1 1 1 80000000 1 1 1 1\n')
    },
  },
  {
    fault: 'a damaged journal',
    id: 'journal-damaged',
    severity: 'failure',
    async set(bench) {
      const file = openSync(await fillJournal(bench), 'r+')
      writeSync(file, Buffer.alloc(60_000, 0x5a), 0, 60_000, 4096 * 3)
      closeSync(file)
    },
  },
  {
    fault: 'a journal that is none',
    id: 'journal-damaged',
    severity: 'failure',
    set: (bench) => writeFileSync(join(bench.data, 'journal.db'), 'x'.repeat(9000)),
  },
  {
    fault: 'records that nobody takes',
    id: 'backlog-growing',
    severity: 'warning',
    says: /400 records wait for mqtt.*3 hours/,
    async set(bench) {
      const database = openDatabase(await fillJournal(bench, 3 * HOUR), { readOnly: false })
      database.exec("INSERT INTO lane VALUES ('mqtt', 100, '[]')")
      database.close()
    },
  },
  {
    fault: 'a low battery',
    id: 'voltage-low',
    severity: 'warning',
    set: (bench) => withVoltage(bench, 11.4),
  },
  {
    fault: 'a low battery of a truck',
    id: 'voltage-low',
    severity: 'warning',
    set: (bench) => withVoltage(bench, 22.9),
  },
  {
    fault: 'a voltage that no vehicle has',
    id: 'voltage-implausible',
    severity: 'warning',
    set: (bench) => withVoltage(bench, 17.1),
  },
  {
    fault: 'a clock that was never set',
    id: 'clock-unset',
    severity: 'failure',
    set(bench) {
      bench.world = { wall: () => Date.UTC(1970, 0, 1, 0, 3) }
    },
  },
  {
    fault: 'a clock that nothing confirms',
    id: 'clock-unconfirmed',
    severity: 'warning',
    set(bench) {
      bench.tools = { timedatectl: 'no\n' }
    },
  },
  {
    fault: 'a Raspberry Pi without a clock of its own',
    id: 'clock-no-rtc',
    severity: 'note',
    set: (bench) => bench.system('proc/device-tree/model', 'Raspberry Pi 4 Model B Rev 1.4'),
  },
  {
    fault: 'the port of the API in use',
    id: 'api-port-taken',
    severity: 'failure',
    set: (bench) => listenAt(bench, 'hello\n'),
  },
  {
    fault: 'an address that this machine has not',
    id: 'api-address-failed',
    severity: 'failure',
    set: (bench) =>
      bench.configure(
        `api: { listen: '192.0.2.7:${bench.port}', claimed: true }\nsources: [{ id: sim0, type: simulator }]\nmqtt: { enabled: false }\n`,
      ),
  },
  {
    fault: 'a certificate of the API that ends soon',
    id: 'api-certificate-ending',
    severity: 'warning',
    needs: 'openssl',
    set: (bench) => certificate(bench, 0),
  },
  {
    fault: 'a certificate of the API that has ended',
    id: 'api-certificate-expired',
    severity: 'failure',
    needs: 'openssl',
    set: (bench) => certificate(bench, 72 * HOUR),
  },
  {
    fault: 'a service that has failed',
    id: 'service-failed',
    severity: 'failure',
    set: (bench) => withUnit(bench, 'ActiveState=failed\nUnitFileState=enabled\nNRestarts=0\n'),
  },
  {
    fault: 'a service that is not enabled',
    id: 'service-disabled',
    severity: 'warning',
    set: (bench) => withUnit(bench, 'ActiveState=active\nUnitFileState=disabled\nNRestarts=0\n'),
  },
  {
    fault: 'a service that ends again and again',
    id: 'service-restarts',
    severity: 'warning',
    set: (bench) => withUnit(bench, 'ActiveState=active\nUnitFileState=enabled\nNRestarts=17\n'),
  },
  {
    fault: 'a supply that is too low',
    id: 'power-low',
    severity: 'failure',
    set: (bench) => bench.system('sys/devices/platform/soc/soc:firmware/get_throttled', '50005\n'),
  },
  {
    fault: 'a supply that was too low',
    id: 'power-low',
    severity: 'warning',
    set(bench) {
      bench.tools = { ...bench.tools, vcgencmd: 'throttled=0x50000\n' }
    },
  },
  {
    fault: 'hardly any memory',
    id: 'memory-low',
    severity: 'warning',
    set(bench) {
      bench.system(
        'proc/meminfo',
        'MemTotal:  1000000 kB\nMemFree: 100 kB\nMemAvailable:   40000 kB\n',
      )
    },
  },
  {
    fault: 'an old Node.js',
    id: 'node-old',
    severity: 'failure',
    set(bench) {
      bench.world = { nodeVersion: '18.20.4' }
    },
  },
  {
    fault: 'no source',
    id: 'sources-none',
    severity: 'warning',
    set: (bench) => bench.configure('mqtt: { enabled: false }\n'),
  },
]

async function listenAt(bench: DoctorBench, hello: string): Promise<void> {
  const server = createServer((socket) => socket.on('error', () => undefined).end(hello))
  await new Promise<void>((resolve) => server.listen(bench.port, '127.0.0.1', resolve))
  bench.onEnd(() => server.close())
}

testFaults(test, faults)

test('a machine on which all is well has nothing but fine lines and notes', async () => {
  const bench = await DoctorBench.create()
  try {
    await fillJournal(bench)
    const findings = await bench.diagnose()
    const wrong = findings.filter(({ severity }) => /warning|failure/.test(severity))
    assert.equal(wrong, [])
    assert.is(exitCode(findings), 0)
    assert.ok(findings.some(({ id }) => id === 'journal-ok'))
  } finally {
    await bench.end()
  }
})

test('a check that cannot be done becomes a finding, and the others go on', async () => {
  const bench = await DoctorBench.create()
  bench.world = {
    space: async () => {
      throw new Error('statfs: not supported')
    },
  }
  try {
    const findings = await bench.diagnose()
    const failed = findings.filter(({ id }) => id === 'check-impossible')
    assert.is(failed.length, 1)
    assert.match(failed[0]?.cause ?? '', /not supported/)
    assert.ok(
      findings.some(({ id }) => id === 'node-ok'),
      'the last check was done',
    )
  } finally {
    await bench.end()
  }
})

test.run()
