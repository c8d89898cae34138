/** The whole gateway on a machine without a clock, which learns the time while a vehicle is driven. */
import { setTimeout } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { journalPath } from '../../src/config/data-folder.ts'
import { loadConfig } from '../../src/config/load.ts'
import { openDatabase } from '../../src/database/sqlite.ts'
import { Gateway } from '../../src/gateway.ts'
import { isoTime } from '../../src/model/time.ts'
import { recordOf } from '../../src/uplink/store/rows.ts'
import { inFolder, silent } from '../support/journal-records.ts'

const TRUE = Date.UTC(2026, 5, 1, 10)
const YEAR = 365 * 86_400_000
const PATIENCE_MS = 30_000

async function until(is: () => boolean): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !is(); ) {
    assert.ok(performance.now() < end, 'it takes too long')
    await setTimeout(50)
  }
}

test('a gateway that boots at 1970 ends with all its records at true times', () =>
  inFolder(async (folder) => {
    const begun = performance.now()
    const monotonic = () => performance.now() - begun
    let system = 0
    let marked: number | undefined
    const loaded = loadConfig({
      environment: {},
      overrides: (input) => {
        input.api = { listen: '127.0.0.1:0' }
        input.mqtt = { enabled: false }
        input.store = { commit: 0.1 }
        input.records = { onChange: 0.1 }
        input.sources = [{ type: 'simulator', id: 'sim0', vehicle: 'demo' }]
      },
    })
    const gateway = new Gateway({
      ...{ loaded, folder, version: '0', logger: silent },
      clock: { now: () => Math.floor(system + monotonic()), monotonic },
      timeWorld: {
        read: (path) => (path === '/proc/device-tree/model' ? 'Raspberry Pi 4' : undefined),
        modified: () => marked,
        exists: () => false,
        run: async () => ({ state: 'absent', output: '' }),
      },
    })
    await gateway.start()
    try {
      await until(() => gateway.health().store.records >= 10)
      assert.is(gateway.health().clockTrust, 'none')
      assert.ok(gateway.health().findings.some((text) => text.startsWith('The time is not known')))
      system = TRUE
      marked = TRUE + monotonic()
      await until(() => gateway.health().clockTrust === 'network')
      const { records } = gateway.health().store
      await until(() => gateway.health().store.records >= records + 10)
      const { clock, findings } = gateway.health()
      assert.ok(Math.abs((clock?.movedMs ?? 0) - TRUE) <= 10, String(clock?.movedMs))
      assert.ok(Math.abs(clock?.systemOffMs ?? YEAR) <= 10)
      assert.match(clock?.detail ?? '', /systemd-timesyncd/)
      assert.equal(findings, [])
    } finally {
      await gateway.stop()
    }
    const database = openDatabase(journalPath(folder), { readOnly: true })
    const stored = database.prepare('SELECT * FROM record ORDER BY seq').all().map(recordOf)
    const event = database.prepare('SELECT min(time) AS first FROM event').get()
    database.close()
    assert.ok(stored.length > 20)
    assert.ok(Number(event?.first ?? TRUE) >= TRUE)
    for (const [index, { time, receivedAt, number, monotonic, clockTrust }] of stored.entries()) {
      assert.is(number, index)
      assert.is(clockTrust, 'network')
      assert.ok(Math.abs(receivedAt - TRUE - monotonic) <= 10, isoTime(receivedAt))
      assert.ok(receivedAt - time < 2000 && time <= receivedAt, isoTime(time))
      assert.ok(time >= (stored[index - 1]?.time ?? TRUE - 2000))
    }
  }))

test.run()
