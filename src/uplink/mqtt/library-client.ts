/**
 * A client of the MQTT library over a connection of our own making: the library's own neither
 * speaks to an HTTP proxy nor takes a server name or ALPN for WebSockets, and one of its builders
 * follows an environment variable. The library adds MQTT and, for `ws` and `wss`, the WebSocket.
 */
import { connect as connectSocket, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { connect as connectLibrary, type IClientOptions, MqttClient } from 'mqtt'
import type { ConnectOptions } from './connect-options.ts'
import { LateStream, tunnel } from './proxy.ts'

export type LibraryClient = MqttClient

/** Begins to connect. Throws for a certificate or key that is none. */
export function openLibraryClient(to: ConnectOptions, options: IClientOptions): LibraryClient {
  const { protocol, hostname, port, path, username, password } = to
  const all: IClientOptions = {
    ...options,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
  if (protocol === 'mqtt' || protocol === 'mqtts') {
    return new MqttClient(() => openStream(to), { ...all, protocol })
  }
  return connectLibrary({
    ...all,
    protocol,
    hostname,
    port,
    ...(path === undefined ? {} : { path }),
    wsOptions: { createConnection: () => openStream(to) },
  })
}

/**
 * The bytes to the broker: through the proxy, if there is one, and inside TLS, if wanted. The end of
 * a message does not wait for its beginning to be acknowledged, which brokers delay.
 */
function openStream(to: ConnectOptions): Duplex {
  const { hostname, port, proxy, tls } = to
  if (proxy !== undefined) {
    return new LateStream(async (signal) => {
      const socket = await tunnel(proxy, to, signal)
      return tls === undefined ? socket : connectTls({ ...secured(to), socket })
    })
  }
  if (tls === undefined) return connectSocket({ host: hostname, port, noDelay: true })
  return connectTls({ ...secured(to), port, ...{ noDelay: true } })
}

function secured({ hostname, tls }: ConnectOptions) {
  // RFC 6066, 3: an address is no server name
  const servername = tls?.servername ?? (isIP(hostname) === 0 ? hostname : undefined)
  return { ...tls, host: hostname, ...(servername === undefined ? {} : { servername }) }
}
