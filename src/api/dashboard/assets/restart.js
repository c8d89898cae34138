/** Starts the gateway anew and waits until it answers again. */
import { t } from './i18n.js'

const limitMs = 60_000

/** @param {import('./api.js').Api} api */
export async function restart(api) {
  const before = await api.health(AbortSignal.timeout(5000))
  await api.send('POST', '/v1/gateway/restart')
  for (const began = Date.now(); Date.now() - began < limitMs; ) {
    await new Promise((resolve) => setTimeout(resolve, 400))
    try {
      const { uptimeSeconds } = await api.health(AbortSignal.timeout(2000))
      // What stops may still answer.
      if (uptimeSeconds < before.uptimeSeconds || uptimeSeconds < 2) return
    } catch {
      // It is on its way.
    }
  }
  throw new Error(t('The gateway has not come back within a minute.'))
}
