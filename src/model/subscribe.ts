/** Listening to messages by topic, wherever they come from. */
export interface Subscription {
  /** `detail`: a sentence. */
  health(): {
    state: 'stopped' | 'connecting' | 'connected' | 'waiting' | 'refused'
    detail: string
  }
  stop(): Promise<void>
}

export interface SubscribeOptions {
  topics: readonly string[]
  /** One that throws gets the message again, later. */
  message(topic: string, payload: Uint8Array): void
  /** There is a connection, or there no longer is. */
  changed(): void
}

/** Begins at once. */
export type Subscribe = (options: SubscribeOptions) => Subscription
