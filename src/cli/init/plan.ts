/** What a first configuration says: from flags, or from answers. */
import type { FoundAdapter } from '../../gateway/adapter-scout.ts'

export interface BrokerPlan {
  /** Without user and password. */
  url: string
  username?: string
  /** Goes to a file of its own. */
  password?: string
}

export interface Plan {
  vehicle: string
  tokenId?: string
  /** What is known of the adapter, in words; and its source. */
  says: string
  source: NonNullable<FoundAdapter['source']>
  /** Whether the gateway may ask the vehicle. */
  mayAsk: boolean
  listen: string
  broker?: BrokerPlan
  homeAssistant: boolean
}

export const simulated: FoundAdapter & { source: Plan['source'] } = {
  path: 'simulator',
  says: 'a simulated truck, until there is an adapter',
  source: { id: 'sim0', type: 'simulator', model: 'truck' },
}

/** User and password of an address are taken out of it. */
export function brokerPlan(text: string): BrokerPlan {
  const url = new URL(text)
  const plain = text.replace(/^([a-z]+:\/\/)[^@/]*@/i, '$1')
  return {
    url: plain,
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  }
}

/** Why it is no address of a broker. */
export function brokerProblem(text: string): string | undefined {
  const isUrl = /^(mqtts?|wss?):\/\/\S+$/.test(text) && URL.canParse(text)
  return isUrl ? undefined : 'write mqtt://host or mqtts://host, if needed with :port'
}
