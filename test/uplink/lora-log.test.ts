/** The journal's part for LoRa: uplinks from the moment that their counter is used. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LoraUplink } from '../../src/model/lora.ts'
import { loraUplinks } from '../../src/uplink/store/lora-log.ts'
import { openReading } from '../../src/uplink/store/reading.ts'
import { inFolder, openJournal, START } from '../support/journal-records.ts'

const test = suite('the log of LoRa uplinks')

function uplink(fCnt: number, receivedAt = START + fCnt): LoraUplink {
  return {
    ...{ source: 'air', network: 'lorawan', devEui: '0011223344556677', devAddr: '26011BDA' },
    ...{ fCnt, fPort: 2, payload: Uint8Array.of(1, 2, fCnt % 256), confirmed: false, receivedAt },
    ...{ timeSource: 'clock', gateways: [{ id: 'B827EBFFFE000001', rssi: -90, snr: 7 }] },
    ...{ radio: { spreadingFactor: 7 }, trust: 'mic' },
  }
}

test('what was added stands there after the next opening, byte for byte', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    const seq = journal.lora.add('tracker', uplink(7))
    journal.keep('lora-counter', '0011223344556677', { fCnt: 7 })
    assert.ok(journal.commit())
    journal.stop()
    const again = openJournal(folder)
    assert.equal(again.lora.latest(10), [
      { seq, device: 'tracker', state: 'open', uplink: uplink(7) },
    ])
    assert.equal(again.kept('lora-counter', '0011223344556677'), { fCnt: 7 })
    assert.equal(again.lora.undone('open', 0, 10).length, 1)
    again.stop()
  }))

test('what became of one goes to its row, whether that was committed before or not', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    const first = journal.lora.add('tracker', uplink(1))
    journal.commit()
    const second = journal.lora.add('tracker', uplink(2))
    const outcome = { codec: 'odograph-status', signals: ['speed'] }
    journal.lora.finish(first, 'done', uplink(1), outcome)
    journal.lora.finish(second, 'failed', uplink(2), { codec: 'x', error: 'too short' })
    journal.commit()
    const rows = journal.lora.latest(10)
    assert.equal(
      rows.map(({ seq, state, outcome: what }) => [seq, state, what]),
      [
        [first, 'done', outcome],
        [second, 'failed', { codec: 'x', error: 'too short' }],
      ],
    )
    assert.equal(journal.lora.undone('open', 0, 10), [])
    assert.equal(
      journal.lora.undone('failed', 0, 10).map(({ seq }) => seq),
      [second],
    )
    journal.stop()
  }))

test('the newest of a device are read by place, however late they were received', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    for (const [at, time] of [START, START - 1e9, START + 5].entries()) {
      journal.lora.add(at === 1 ? 'other' : 'tracker', uplink(at, time))
    }
    journal.lora.add('tracker', uplink(9, START - 5e9))
    journal.commit()
    const reading = openReading(journal.path)
    const counters = (before?: number) =>
      loraUplinks(reading, { device: 'tracker', limit: 2, ...(before && { before }) }).map(
        ({ uplink: { fCnt } }) => fCnt,
      )
    assert.equal(counters(), [9, 2])
    assert.equal(counters(3), [0])
    reading.database.close()
    journal.stop()
  }))

test('old ones go, and those beyond their share of the journal', () =>
  inFolder((folder) => {
    let now = START
    const options = { now: () => now, maxBytes: 1_000_000 }
    const journal = openJournal(folder, options)
    for (let at = 0; at < 500; at += 1) journal.lora.add('tracker', uplink(at))
    journal.commit()
    journal.lora.prune()
    const kept = journal.lora.latest(1000)
    assert.is(kept.length, 200)
    assert.is(kept.at(-1)?.uplink.fCnt, 499)
    now += 91 * 86_400_000
    journal.lora.add('tracker', uplink(500, now))
    journal.commit()
    journal.lora.prune()
    assert.equal(
      journal.lora.latest(10).map(({ uplink: { fCnt } }) => fCnt),
      [500],
    )
    journal.stop()
  }))

test('a clock that is wrong for once does not empty the log', () =>
  inFolder((folder) => {
    let now = START
    const journal = openJournal(folder, { now: () => now })
    journal.lora.add('tracker', uplink(1))
    journal.commit()
    now = Date.UTC(2090, 0, 1)
    journal.lora.prune()
    assert.is(journal.lora.latest(10).length, 1)
    journal.stop()
  }))

test('while nothing can be written ten thousand wait, and what was pushed out is counted', () =>
  inFolder((folder) => {
    const journal = openJournal(folder)
    for (let at = 0; at < 10_003; at += 1) journal.lora.add('tracker', uplink(at))
    assert.is(journal.lora.lost, 3)
    journal.commit()
    assert.is(journal.lora.latest(20_000).length, 10_000)
    journal.stop()
  }))

test.run()
