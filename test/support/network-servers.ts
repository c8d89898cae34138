/** Events as network servers write them, made up here. */
export const DEV_EUI = '0011223344556677'

export function chirpstackUplink(changes: object = {}): Record<string, unknown> {
  return {
    deduplicationId: '4a1d7f3e-55a3-4d3f-9a0d-3c1c0f1f0001',
    time: '2024-01-24T20:00:00.123456789+00:00',
    deviceInfo: { deviceName: 'van', devEui: DEV_EUI.toLowerCase(), tags: {} },
    devAddr: '01ab02cd',
    adr: false,
    dr: 5,
    fCnt: 7,
    fPort: 2,
    confirmed: true,
    data: 'AQID',
    object: { speed: 50 },
    rxInfo: [
      { gatewayId: 'b827ebfffe000001', rssi: -100, snr: -3, crcStatus: 'CRC_OK' },
      {
        ...{ gatewayId: 'b827ebfffe000002', rssi: -90, snr: 7.5 },
        location: { latitude: 52, longitude: 5 },
      },
    ],
    txInfo: {
      frequency: 868_100_000,
      modulation: { lora: { bandwidth: 125_000, spreadingFactor: 7, codeRate: 'CR_4_5' } },
    },
    ...changes,
  }
}

export function thingsStackUplink(changes: object = {}): Record<string, unknown> {
  return {
    end_device_ids: {
      device_id: 'van-17',
      application_ids: { application_id: 'fleet' },
      dev_eui: DEV_EUI,
      join_eui: '8899AABBCCDDEEFF',
      dev_addr: '01AB02CD',
    },
    received_at: '2024-01-24T20:00:00.300Z',
    uplink_message: {
      f_port: 2,
      f_cnt: 7,
      frm_payload: 'AQID',
      decoded_payload: { speed: 50 },
      normalized_payload: [{ position: { latitude: 52, longitude: 5 } }],
      rx_metadata: [
        {
          gateway_ids: { gateway_id: 'depot', eui: 'B827EBFFFE000001' },
          time: '2024-01-24T19:59:59.900Z',
          timestamp: 1,
          rssi: -100,
          snr: -3,
        },
        { gateway_ids: { gateway_id: 'packetbroker' }, rssi: -110 },
      ],
      settings: {
        data_rate: {
          lora: { bandwidth: 125_000, spreading_factor: 7, coding_rate: '4/5' },
        },
        frequency: '868300000',
      },
      received_at: '2024-01-24T20:00:00.123456789Z',
      ...changes,
    },
  }
}

export function heliumUplink(changes: object = {}): Record<string, unknown> {
  return {
    type: 'uplink',
    replay: false,
    id: 'f91480b3-3ba5-4863-9ec4-b5f945460001',
    name: 'trailer 4',
    dev_eui: DEV_EUI,
    app_eui: '8899AABBCCDDEEFF',
    fcnt: 7,
    reported_at: 1_706_126_400_123,
    payload: 'AQID',
    payload_size: 3,
    port: 2,
    devaddr: '01AB02CD',
    hotspots: [
      {
        ...{ id: '11abc', name: 'icy-fiery-hippo', rssi: -92, snr: 7, spreading: 'SF9BW125' },
        ...{ frequency: 904.7, lat: 37.5, long: -120.5, status: 'success' },
      },
    ],
    dc: { balance: 1000, nonce: 4 },
    ...changes,
  }
}
