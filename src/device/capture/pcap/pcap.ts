/** Packet captures of SocketCAN interfaces. */
import type { StreamFormat } from '../format.ts'
import { classicMagics, magicOf, PcapReader, SECTION } from './pcap-reader.ts'
import { writePcap } from './pcap-writer.ts'

export const pcapFormat: StreamFormat = {
  kind: 'stream',
  name: 'pcap',
  label: 'pcap or pcapng with SocketCAN',
  extensions: ['.pcap', '.pcapng', '.cap'],
  magic: (head) => classicMagics.has(magicOf(head)) || magicOf(head) === SECTION,
  reader: (options) => new PcapReader(options),
  writer: writePcap,
}
