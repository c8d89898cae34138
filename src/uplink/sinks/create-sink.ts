/** A sink as it is configured. The one door of this folder for who composes the gateway. */
import { createFileDrop, type FileDropSettings } from './file-drop.ts'
import type { Sink, SinkContext } from './sink.ts'
import { createWebhook, type WebhookSettings } from './webhook.ts'

export type SinkSettings =
  | ({ type: 'webhook' } & WebhookSettings)
  | ({ type: 'files' } & FileDropSettings)

/** Throws `config-invalid` for an address or a name that cannot be used. */
export function createSink(settings: SinkSettings, context: SinkContext): Sink {
  return settings.type === 'webhook'
    ? createWebhook(settings, context)
    : createFileDrop(settings, context)
}
