/**
 * A fake STN11xx or STN21xx (OBDLink): an ELM327 with commands of its own, filters, a faster line and
 * a larger buffer.
 */
import { ElmAdapter } from './elm-adapter.ts'
import type { ElmAdapterOptions } from './elm-adapter-options.ts'
import { type StnIdentity, stnCommands } from './stn-adapter-commands.ts'
import { StnFilters } from './stn-adapter-filters.ts'

export type StnAdapterOptions = Omit<ElmAdapterOptions, 'extension'> & Partial<StnIdentity>

export class StnAdapter extends ElmAdapter {
  constructor(options: StnAdapterOptions) {
    const {
      firmware = 'STN1110 v4.2.0',
      device = 'OBDLink SX r4.2',
      serial = '111000000001',
    } = options
    const commands = stnCommands({ firmware, device, serial }, new StnFilters())
    super({
      baud: 115_200,
      bufferBytes: 4096,
      version: '2.2',
      banner: 'ELM327 v1.4b',
      ...options,
      extension: { prefix: 'ST', commands },
    })
  }
}
