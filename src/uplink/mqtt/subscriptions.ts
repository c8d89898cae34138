/**
 * Who is told of which messages from the broker. A filter may end in `#` and have `+` levels (MQTT
 * 5.0, 4.7); the broker may send a message once for several filters, so each handler gets it once.
 */

/** A message from the broker; the properties come with MQTT 5 only. */
export interface IncomingMessage {
  topic: string
  payload: Buffer
  /** 3.1.1: it had been kept by the broker; 5: it was published to be kept. */
  retain: boolean
  contentType?: string
  correlationData?: Buffer
  responseTopic?: string
  /** Seconds that are left of its life. */
  messageExpiryInterval?: number
  userProperties?: Readonly<Record<string, string | string[]>>
}

export type MessageHandler = (message: IncomingMessage) => void

interface Subscription {
  filters: readonly string[]
  handler: MessageHandler
}

export class Subscriptions {
  private readonly all = new Set<Subscription>()

  /** Returns what ends it and says which filters nobody needs any more. */
  add(filters: readonly string[], handler: MessageHandler): () => readonly string[] {
    const subscription = { filters, handler }
    this.all.add(subscription)
    return () => {
      this.all.delete(subscription)
      const used = new Set(this.filters())
      return filters.filter((filter) => !used.has(filter))
    }
  }

  filters(): string[] {
    return [...new Set([...this.all].flatMap(({ filters }) => filters))]
  }

  deliver(message: IncomingMessage): void {
    for (const { filters, handler } of this.all) {
      if (filters.some((filter) => topicMatches(filter, message.topic))) handler(message)
    }
  }
}

/** Whether a topic is one of a filter's (MQTT 5.0, 4.7.1 and 4.7.2). */
export function topicMatches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (const [i, part] of wanted.entries()) {
    if (part === '#') return true
    if (levels[i] === undefined || (part !== '+' && part !== levels[i])) return false
  }
  return wanted.length === levels.length
}
