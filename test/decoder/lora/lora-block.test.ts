/** `data.lora` of a record: the published names and types, and ours beside them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loraBlock } from '../../../src/decoder/lora/lora-block.ts'
import type { LoraUplink } from '../../../src/model/lora.ts'
import { loraVectors, RECEIVED } from '../../support/lora-payloads.ts'

const test = suite('lora block')

const bare: LoraUplink = {
  source: 'radio',
  network: 'lorawan',
  payload: new Uint8Array(0),
  confirmed: false,
  receivedAt: RECEIVED,
  timeSource: 'clock',
  gateways: [],
  radio: {},
  trust: 'mic',
}

test('the block has the names, types and order of the published example, and ours after them', () => {
  const block = loraBlock({
    ...bare,
    network: 'helium',
    devAddr: '7C080048',
    dcBalance: 237_796_046,
    fPort: 2,
    joinEui: '44494D4F5A4F4E45',
    payload: new Uint8Array(31),
    fCnt: 18,
    devEui: 'F4CE36B7251BF81C',
    gateways: [
      { id: 'B827EBFFFEE411EA', rssi: -61, snr: 9.2, name: 'depot', latitude: 1, longitude: 2 },
      { id: 'B827EBFFFED0F8E2', rssi: -97 },
    ],
    radio: { frequencyHz: 868_100_000, spreadingFactor: 8, bandwidthHz: 125_000 },
  })
  assert.is(
    JSON.stringify(block),
    JSON.stringify({
      devAddr: '7C080048',
      dc_balance: 237_796_046,
      fPort: '2',
      app_eui: '44494D4F5A4F4E45',
      payload_size: '31',
      fcnt: '18',
      deveui: 'F4CE36B7251BF81C',
      rssi: -61,
      snr: 9.2,
      gateways: [
        { id: 'B827EBFFFEE411EA', rssi: -61, snr: 9.2 },
        { id: 'B827EBFFFED0F8E2', rssi: -97 },
      ],
      spreadingFactor: 8,
      frequencyHz: 868_100_000,
    }),
  )
})

test('what is not known is not there, and 0 is known', () => {
  assert.equal(loraBlock(bare), { payload_size: '0' })
  const zero = loraBlock({
    ...bare,
    fPort: 0,
    fCnt: 0,
    dcBalance: 0,
    gateways: [{ id: 'A', snr: 0 }],
  })
  assert.equal(zero, {
    dc_balance: 0,
    fPort: '0',
    payload_size: '0',
    fcnt: '0',
    snr: 0,
    gateways: [{ id: 'A', snr: 0 }],
  })
})

test('hundreds of gateways make no hundreds of entries', () => {
  const gateways = Array.from({ length: 500 }, (_, index) => ({ id: String(index) }))
  assert.is(loraBlock({ ...bare, gateways }).gateways?.length, 32)
})

interface Vector {
  id: string
  body: { dc?: { balance?: number } }
  expect: {
    uplink?: {
      devEui: string
      joinEui: string
      devAddr: string
      fCnt: number
      fPort: number
      payload: string
      gateways: LoraUplink['gateways']
      lora: Record<string, unknown>
    } | null
  }
}

const vectors = loraVectors<Vector>('helium-messages.json')

if (vectors !== undefined)
  test('uplinks of Helium have the block of the vectors', () => {
    let count = 0
    for (const { id, body, expect } of vectors ?? []) {
      if (!expect.uplink) continue
      const { lora, payload, devEui, joinEui, devAddr, fCnt, fPort, gateways } = expect.uplink
      const balance = body.dc?.balance
      const block: Record<string, unknown> = {
        ...loraBlock({
          ...bare,
          ...{ devEui, joinEui, devAddr, fCnt, fPort, gateways },
          ...(balance === undefined ? {} : { dcBalance: balance }),
          payload: Uint8Array.from(Buffer.from(payload, 'hex')),
        }),
      }
      for (const name of ['rssi', 'snr', 'gateways']) delete block[name]
      assert.equal(block, lora, id)
      count += 1
    }
    assert.ok(count >= 5, `${count} uplinks`)
  })

test.run()
