/** What a receiver makes of the payloads that a gateway sends. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { messageEvents } from '../../src/uplink/batch.ts'
import { batchEncodings, encodeRecords } from '../../src/uplink/batch-codec.ts'
import { encodeEvent, encodeRecord, sequencedEvent } from '../../src/uplink/codec.ts'
import { generatedRecords } from '../bench/generated-records.ts'
import { chance } from '../support/journal-records.ts'
import { van } from '../support/mqtt-fixtures.ts'

const test = suite('received payloads')

const records = generatedRecords({ count: 300 })
// as they are after a way through JSON: what is undefined is absent
const expected = JSON.parse(JSON.stringify(records.map((record) => sequencedEvent(record, van))))

for (const encoding of batchEncodings) {
  for (const deflate of [false, true]) {
    test(`a batch in ${encoding}${deflate ? ', deflated,' : ''} gives its events`, () => {
      const { payload } = encodeRecords(records, van, { encoding, deflate })
      assert.equal(JSON.parse(JSON.stringify(messageEvents(payload))), expected)
    })
  }
}

for (const encoding of ['json', 'cbor'] as const) {
  test(`a record and an event alone in ${encoding} are read, too`, () => {
    const [record] = records
    if (record === undefined) throw new Error('no record')
    const [event] = messageEvents(encodeRecord(record, van, encoding).payload)
    assert.equal(JSON.parse(JSON.stringify(event)), expected[0])
    const happened = {
      seq: 7,
      id: 'x',
      vehicle: 'van',
      time: 5,
      type: 'dtc.set',
      data: {},
    } as const
    const [heard] = messageEvents(encodeEvent(happened, van, encoding).payload)
    assert.is(heard?.sequence, '0000000000000007')
  })
}

test('what is no such payload is refused in words, whatever it is', () => {
  const random = chance(5)
  const whole = encodeRecords(records, van, { encoding: 'columns', deflate: false }).payload
  const bomb = Buffer.from('789c', 'hex')
  const bad = [Buffer.alloc(0), bomb, Buffer.from('{'), Buffer.from('[1]'), Buffer.from('[{}]')]
  for (let i = 0; i < 2000; i += 1) {
    const broken = Buffer.from(whole.subarray(0, Math.floor(random() * whole.length)))
    if (broken.length > 0) broken[Math.floor(random() * broken.length)] = Math.floor(random() * 256)
    bad.push(broken)
  }
  for (const payload of bad) {
    try {
      messageEvents(payload)
      assert.unreachable(payload.subarray(0, 20).toString('hex'))
    } catch (error) {
      assert.is((error as { code?: string }).code, 'batch-invalid', String(error))
    }
  }
})

test.run()
