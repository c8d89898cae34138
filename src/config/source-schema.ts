/** The sources that a configuration can name: adapters, receivers, recordings, simulated vehicles. */
import { z } from 'zod'
import { eui } from './lora-schema.ts'
import { address, name, section } from './parts.ts'

const base = {
  id: name.describe('Name of the source, unique'),
  vehicle: name.default('vehicle').describe('Id of the vehicle that its readings describe'),
}

const decoded = {
  ...base,
  protocols: z
    .array(z.enum(['j1939', 'obd']))
    .min(1)
    .default(['j1939', 'obd'])
    .describe('What its frames are decoded as'),
}

/** For what can send: whether it may. */
const asking = {
  listenOnly: z
    .boolean()
    .default(true)
    .describe(
      'Only listen, without acknowledging frames. false lets the gateway ask the vehicle, within the rules of its governor',
    ),
  poll: z
    .boolean()
    .default(true)
    .describe('With listenOnly false: ask the vehicle regularly for what it offers'),
}

const port = z
  .string()
  .min(1)
  .describe('Serial device, best a path below /dev/serial/by-id, or tcp://HOST:PORT')

const filters = (fallback: 'none' | 'decoded') =>
  z
    .enum(['none', 'decoded'])
    .default(fallback)
    .describe('"decoded": the adapter leaves out frames that nothing here understands')

const slcanBitrates = [
  10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000,
]

const slcan = section({
  ...decoded,
  ...asking,
  type: z.literal('slcan'),
  port,
  baud: z.int().positive().default(115_200).describe('Speed of the serial line'),
  bitrate: z
    .union(
      slcanBitrates.map((rate) => z.literal(rate)),
      { error: `use a bit rate that SLCAN has: ${slcanBitrates.join(', ')}` },
    )
    .default(500_000)
    .describe('Bit rate of the bus: 250000 for most J1939, 500000 for OBD-II'),
  dataBitrate: z
    .union([z.literal(2_000_000), z.literal(5_000_000)], { error: 'use 2000000 or 5000000' })
    .optional()
    .describe('CAN FD: bit rate of the data part (CANable 2.0)'),
  filters: filters('none'),
}).describe('A CAN adapter that speaks SLCAN (Lawicel, CANable, CANtact, USBtin, WiCAN)')

const elm327 = section({
  ...decoded,
  ...asking,
  type: z.literal('elm327'),
  port,
  baud: z
    .int()
    .positive()
    .optional()
    .describe('Speed of the serial line; the usual ones are tried if absent'),
  bitrate: z
    .union([z.literal(250_000), z.literal(500_000)], { error: 'use 250000 or 500000' })
    .optional()
    .describe('Bit rate of the bus; found out if absent'),
  filters: filters('decoded'),
}).describe('An adapter with an ELM327 or STN11xx/STN21xx, genuine or not')

const gvret = section({
  ...decoded,
  ...asking,
  type: z.literal('gvret'),
  port,
  baud: z.int().positive().default(1_000_000).describe('Speed of the serial line'),
  bitrate: z.int().min(10_000).max(1_000_000).default(500_000).describe('Bit rate of the bus'),
}).describe('An adapter that speaks GVRET (SavvyCAN): M2RET, ESP32RET, Macchina')

const socketcan = section({
  ...decoded,
  ...asking,
  type: z.literal('socketcan'),
  interface: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,15}$/, 'the name of a network interface, such as can0')
    .default('can0'),
  bitrate: z
    .int()
    .min(10_000)
    .max(1_000_000)
    .optional()
    .describe('Bit rate of the bus: an interface that has another one is left alone, in words'),
  filters: filters('none'),
}).describe('A CAN interface of Linux, such as an MCP2515 or MCP2518FD hat')

const ublox = section({
  rateHz: z.int().min(1).max(10).default(1).describe('Fixes a second'),
  constellations: z
    .array(z.enum(['gps', 'galileo', 'beidou', 'qzss', 'glonass', 'sbas']))
    .min(1)
    .optional()
    .describe('Which satellites it uses; as they are set if absent'),
  dynamicModel: z
    .enum(['automotive'])
    .optional()
    .describe('How it may move; as it is set if absent'),
})
  .optional()
  .describe('Sets up a u-blox receiver (6 to M10) whenever it is opened, and saves nothing in it')

const nmea = section({
  ...base,
  type: z.literal('nmea'),
  port,
  baud: z.int().positive().default(9600).describe('Speed of the serial line'),
  ublox,
}).describe('A GNSS receiver that sends NMEA 0183')

const gpsd = section({
  ...base,
  type: z.literal('gpsd'),
  address: address.default('127.0.0.1:2947').describe('Where gpsd listens'),
  device: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, 'the path of a device, as gpsd has it')
    .optional()
    .describe('Which of its receivers, such as /dev/ttyACM0; the first with a fix if absent'),
}).describe('A GNSS receiver behind gpsd')

const playback = section({
  ...decoded,
  type: z.literal('playback'),
  file: z.string().min(1).describe('A recording in any format that is known here, plain or .gz'),
  speed: z
    .union([z.number().positive(), z.literal('max')], {
      error: 'use a number above 0, or "max"',
    })
    .default(1)
    .describe('1 is real time'),
}).describe('A recording, played as if it were an adapter')

const simulator = section({
  ...decoded,
  listenOnly: asking.listenOnly,
  poll: asking.poll,
  type: z.literal('simulator'),
  model: z
    .enum(['truck', 'car', 'ev'])
    .default('truck')
    .describe('truck: J1939, talks by itself; car, ev: OBD-II, have to be asked'),
}).describe('A simulated vehicle')

const loraBase = { id: base.id }

const gateways = z
  .array(eui)
  .optional()
  .describe('EUIs of the gateways that are heard; all of them if absent')

const semtechUdp = section({
  ...loraBase,
  type: z.literal('semtech-udp'),
  listen: address
    .default('127.0.0.1:1700')
    .describe('Where packet forwarders send to; nothing in this protocol says who they are'),
  gateways,
}).describe('LoRa gateways with a Semtech UDP packet forwarder')

const basicsStation = section({
  ...loraBase,
  type: z.literal('basics-station'),
  listen: address.default('127.0.0.1:3001').describe('Where stations connect to (LNS)'),
  region: z
    .enum(['EU868', 'US915', 'AU915', 'AS923', 'IN865'])
    .describe('Which channels the stations are told to hear'),
  gateways,
  tokenFile: z
    .string()
    .optional()
    .describe('A file with what stations send as Authorization, on its first line'),
  certFile: z.string().optional().describe('Certificate of this end, PEM; with keyFile'),
  keyFile: z.string().optional().describe('Its key, PEM'),
}).describe('LoRa gateways with Basics Station')

const serverMqtt = section({
  url: z
    .string()
    .regex(/^(mqtts?|wss?):\/\/\S+$/, 'use mqtt://, mqtts://, ws:// or wss://')
    .describe("The network server's broker"),
  topic: z.string().min(1).optional().describe('What to subscribe to, where it is not the usual'),
  username: z.string().optional(),
  passwordFile: z.string().optional().describe('A file with the password on its first line'),
  caFile: z.string().optional().describe("Authorities to trust instead of the system's, PEM"),
  certFile: z.string().optional().describe('Client certificate, PEM'),
  keyFile: z.string().optional().describe('Key of the client certificate, PEM'),
})
  .optional()
  .describe('Its events over MQTT')

const serverWebhook = section({
  secretFile: z
    .string()
    .min(1)
    .describe('A file with the secret that its requests carry, on its first line'),
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'the name of a header')
    .default('authorization')
    .describe('The header that carries it, as it is or after Bearer, or as a password of Basic'),
})
  .optional()
  .describe('Its events over HTTP: POST /v1/lora/ID')

const networkServer = <T extends string>(type: T, about: string) =>
  section({
    ...loraBase,
    type: z.literal(type),
    mqtt: serverMqtt,
    webhook: serverWebhook,
    simulated: z
      .boolean()
      .default(false)
      .describe('Whether uplinks that the server made up for a test are taken'),
  }).describe(about)

const loraModem = section({
  ...loraBase,
  type: z.literal('lora-modem'),
  port,
  baud: z.int().positive().optional().describe('Speed of the serial line; the usual one if absent'),
  modem: z
    .enum(['auto', 'rui3', 'rak811', 'lora-e5', 'rn2483', 'ebyte', 'ebyte-rssi'])
    .default('auto')
    .describe(
      'What kind it is; found out if absent, but for those of EByte, which cannot be asked',
    ),
  frequencyHz: z
    .int()
    .min(100_000_000)
    .max(2_500_000_000)
    .optional()
    .describe('868100000, for example; needed but for EByte, which keeps its own settings'),
  spreadingFactor: z.int().min(5).max(12).default(7),
  bandwidthHz: z
    .union([z.literal(125_000), z.literal(250_000), z.literal(500_000)], {
      error: 'use 125000, 250000 or 500000',
    })
    .default(125_000),
  codingRate: z.enum(['4/5', '4/6', '4/7', '4/8']).default('4/5'),
  syncWord: z
    .int()
    .min(0)
    .max(0xff)
    .default(0x34)
    .describe('52 (0x34) is that of LoRaWAN, 18 (0x12) the usual private one'),
  content: z
    .enum(['lorawan', 'raw'])
    .default('lorawan')
    .describe(
      'What its packets are: LoRaWAN frames, or whatever anybody sends (raw), for which nobody vouches: they are those of the device that has the id of the source for its name',
    ),
}).describe('A LoRa modem on a serial port, point to point')

export const sourceSchema = z.discriminatedUnion('type', [
  semtechUdp,
  basicsStation,
  networkServer('chirpstack', 'ChirpStack v4'),
  networkServer('things-stack', 'The Things Stack v3'),
  networkServer('helium', 'The shape of the Helium Console'),
  loraModem,
  slcan,
  elm327,
  gvret,
  socketcan,
  nmea,
  gpsd,
  playback,
  simulator,
])
