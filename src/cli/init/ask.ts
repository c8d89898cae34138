/** What is asked of whoever sits at the terminal, where no flag has said it. */
import { hostAndPort } from '../../config/address.ts'
import { isName } from '../../config/schema.ts'
import type { FoundAdapter } from '../../gateway/adapter-scout.ts'
import { messageOf } from '../../model/errors.ts'
import { type BrokerPlan, brokerPlan, brokerProblem, type Plan, simulated } from './plan.ts'
import type { Questions } from './questions.ts'

export interface Flags {
  vehicle?: string | undefined
  'token-id'?: string | undefined
  bitrate?: string | undefined
  listen?: string | undefined
  mqtt?: string | undefined
  'home-assistant'?: boolean | undefined
}

type Usable = FoundAdapter & { source: Plan['source'] }

export const LISTEN = '127.0.0.1:8080'
const HOW_TO_PLUG =
  'No adapter answers here. One for the USB port is plugged in and gets a name like\n/dev/serial/by-id/usb-…; a hat on the GPIO needs its overlay in config.txt and is then can0.'

export async function askPlan(
  questions: Questions,
  flags: Flags,
  usable: readonly Usable[],
): Promise<Plan> {
  const adapter = await askAdapter(questions, usable)
  const vehicle =
    flags.vehicle ?? (await questions.text('Name of the vehicle', 'vehicle', vehicleProblem))
  const bitrate = await askBitrate(questions, flags, adapter)
  const isReceiver = adapter.source.type === 'nmea' || adapter.source.type === 'simulator'
  const mayAsk =
    !isReceiver &&
    (await questions.yes('May the gateway ask the vehicle (most cars say nothing without)', false))
  const listen =
    flags.listen ??
    (await questions.text('Where the API and the page listen', LISTEN, listenProblem))
  const broker = await askBroker(questions, flags)
  const homeAssistant =
    flags['home-assistant'] ??
    (await questions.yes('Announce the vehicle to Home Assistant', false))
  const tokenId = flags['token-id']
  return {
    ...{ vehicle, listen, mayAsk, homeAssistant, says: adapter.says },
    source: { ...adapter.source, ...(bitrate === undefined ? {} : { bitrate }) },
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(broker === undefined ? {} : { broker }),
  }
}

async function askAdapter(questions: Questions, usable: readonly Usable[]): Promise<Usable> {
  const [first, ...others] = usable
  if (first === undefined) {
    questions.say(HOW_TO_PLUG)
    if (await questions.yes('Go on with a simulated vehicle', true)) return simulated
    throw new DOMException('nothing was written', 'AbortError')
  }
  if (others.length === 0) {
    questions.say(`${first.path}: ${first.says}`)
    return first
  }
  const all = [...usable, simulated]
  const chosen = await questions.choice(
    'Which adapter',
    all.map(({ path, says }) => `${path}: ${says}`),
  )
  return all[chosen] ?? first
}

async function askBitrate(
  questions: Questions,
  { bitrate }: Flags,
  { source }: Usable,
): Promise<number | undefined> {
  if (bitrate !== undefined) return Number(bitrate)
  if (source.type !== 'slcan' && source.type !== 'gvret') return undefined
  const rates = [500_000, 250_000]
  const chosen = await questions.choice('Which bus', [
    'a car, OBD-II: 500 kbit/s',
    'a truck, bus or tractor, J1939: 250 kbit/s',
  ])
  return rates[chosen]
}

async function askBroker(questions: Questions, { mqtt }: Flags): Promise<BrokerPlan | undefined> {
  const url =
    mqtt ??
    (await questions.text(
      'MQTT broker, as mqtts://host:port; empty for the embedded one',
      '',
      (text) => (text === '' ? undefined : brokerProblem(text)),
    ))
  if (url === '') return undefined
  const plan = brokerPlan(url)
  if (mqtt !== undefined || plan.username !== undefined) return plan
  const username = await questions.text('User of the broker; empty for none')
  if (username === '') return plan
  return { ...plan, username, password: await questions.secret('Its password (is not shown)') }
}

export function vehicleProblem(text: string): string | undefined {
  return isName(text) ? undefined : 'use 1 to 64 letters, digits, "-", "_" or "."'
}

function listenProblem(text: string): string | undefined {
  try {
    hostAndPort(text)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
