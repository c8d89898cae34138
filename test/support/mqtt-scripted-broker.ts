/**
 * A broker that does as it is told: just enough MQTT 5 and 3.1.1 on a socket to answer CONNECT and
 * PUBLISH with any reason code, late, or not at all.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

export interface Publish {
  topic: string
  payload: string
  qos: number
  id: number
}

export interface Script {
  /** Reason code for CONNACK by protocol version; 'close' closes without an answer. Default 0. */
  connect?(version: number): number | 'close'
  receiveMaximum?: number
  maximumPacketSize?: number
  /** Reason code for PUBACK; undefined answers nothing. Default 0. */
  publish?(message: Publish): number | undefined
  /** Reason code for a SUBACK of one filter. Default 1: granted QoS 1. */
  subscribe?(filter: string): number
}

export class ScriptedBroker {
  readonly received: Publish[] = []
  /** Protocol versions of the CONNECTs that came. */
  readonly connects: number[] = []
  disconnects = 0
  private readonly script: Script
  private readonly server: Server
  private readonly sockets = new Set<Socket>()

  private constructor(script: Script) {
    this.script = script
    this.server = createServer((socket) => this.serve(socket))
  }

  static async started(script: Script = {}): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker(script)
    broker.server.listen(0, '127.0.0.1')
    await once(broker.server, 'listening')
    return broker
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Acknowledges a message that the script left unanswered. */
  acknowledge(id: number, code = 0): void {
    for (const socket of this.sockets) socket.write(puback(id, code))
  }

  dropAll(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  async stop(): Promise<void> {
    this.dropAll()
    this.server.close()
    await once(this.server, 'close')
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket)
    let version = 0
    let buffer = Buffer.alloc(0)
    // a reset is the end that these tests ask for
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk])
      for (let packet = split(buffer); packet !== undefined; packet = split(buffer)) {
        buffer = buffer.subarray(packet.size)
        const kind = packet.first >> 4
        if (kind === 1) {
          version = packet.body[6] ?? 0
          this.accept(socket, version)
        } else if (kind === 3) this.take(socket, version, packet.first, packet.body)
        else if (kind === 8) this.grant(socket, version, packet.body)
        else if (kind === 12) socket.write(Buffer.from([0xd0, 0]))
        else if (kind === 14) this.disconnects += 1
      }
    })
  }

  private accept(socket: Socket, version: number): void {
    this.connects.push(version)
    const code = this.script.connect?.(version) ?? 0
    if (code === 'close') {
      socket.destroy()
      return
    }
    const { receiveMaximum, maximumPacketSize } = this.script
    const properties: number[] = []
    if (receiveMaximum !== undefined)
      properties.push(0x21, receiveMaximum >> 8, receiveMaximum & 255)
    if (maximumPacketSize !== undefined) {
      properties.push(0x27, 0, 0, maximumPacketSize >> 8, maximumPacketSize & 255)
    }
    const body = version === 5 ? [0, code, properties.length, ...properties] : [0, code]
    socket.write(Buffer.from([0x20, body.length, ...body]))
    if (code !== 0) socket.end()
  }

  private grant(socket: Socket, version: number, body: Buffer): void {
    const codes: number[] = []
    // packet identifier, properties, then filters with a byte of options each
    let at = version === 5 ? 3 + (body[2] ?? 0) : 2
    while (at < body.length) {
      const end = at + 2 + body.readUInt16BE(at)
      codes.push(this.script.subscribe?.(body.toString('utf8', at + 2, end)) ?? 1)
      at = end + 1
    }
    socket.write(suback(body.readUInt16BE(0), version, codes))
  }

  private take(socket: Socket, version: number, first: number, body: Buffer): void {
    const qos = (first >> 1) & 3
    const topicEnd = 2 + body.readUInt16BE(0)
    let at = topicEnd
    const id = qos > 0 ? body.readUInt16BE(at) : 0
    if (qos > 0) at += 2
    // properties shorter than 128 bytes: one byte of length
    if (version === 5) at += 1 + (body[at] ?? 0)
    const message = {
      topic: body.toString('utf8', 2, topicEnd),
      payload: body.toString('utf8', at),
      qos,
      id,
    }
    this.received.push(message)
    if (qos === 0) return
    const code = this.script.publish === undefined ? 0 : this.script.publish(message)
    if (code !== undefined) socket.write(version === 5 ? puback(id, code) : puback(id, 0))
  }
}

function suback(id: number, version: number, codes: number[]): Buffer {
  const body = [id >> 8, id & 255, ...(version === 5 ? [0] : []), ...codes]
  return Buffer.from([0x90, body.length, ...body])
}

function puback(id: number, code: number): Buffer {
  return code === 0
    ? Buffer.from([0x40, 2, id >> 8, id & 255])
    : Buffer.from([0x40, 3, id >> 8, id & 255, code])
}

/** The first whole packet of a buffer (MQTT 5.0, 2.1: fixed header with a variable length). */
function split(buffer: Buffer): { first: number; body: Buffer; size: number } | undefined {
  let length = 0
  let at = 1
  for (let shift = 0; ; shift += 7) {
    const byte = buffer[at++]
    if (byte === undefined) return undefined
    length |= (byte & 127) << shift
    if (byte < 128) break
  }
  if (buffer.length < at + length) return undefined
  return { first: buffer[0] ?? 0, body: buffer.subarray(at, at + length), size: at + length }
}
