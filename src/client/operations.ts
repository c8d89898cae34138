/**
 * What every operation of the REST API takes and answers. Made from the OpenAPI document by
 * `npm run generate:client`: not to be edited.
 */

export interface Schemas {
  Adapters: Array<{
    path: string
    state: 'asking' | 'known' | 'unknown' | 'in-use' | 'failed'
    says: string
    type?: string
    usedBy?: string
    /** A source of the configuration that would use it. */
    source?: Record<string, number | string | boolean>
  }>
  Audit: {
    reads: Array<{
      /** The first time within the minute. */
      time: string
      /** `jti` */
      token?: string
      /** Of a user token. */
      subject?: string
      /** How often within the minute. */
      count: number
      address: string
      route: string
      vehicle: string
      what: string
    }>
    next?: string
  }
  Bus: {
    /** Since somebody looks. */
    since: string
    buses: Array<{
      bus: string
      frames: number
      errors: number
      perSecond: number
      /** Share of the bit rate, 0 to 1. */
      load?: number
      bitrate: number
      /** The bit rate is a guess. */
      assumed: boolean
      /** Frames of further identifiers. */
      others: number
    }>
    ids: Array<{
      bus: string
      /** Hexadecimal: three digits, or eight of an extended one. */
      id: string
      count: number
      /** ms */
      period?: number
      /** That its rhythm lacks; an estimate. */
      missing: number
      /** Hexadecimal. */
      data: string
      /** RFC 3339, UTC */
      time: string
      pgn?: number
      source?: number
      destination?: number
      name?: string
      values: Array<{
        label: string
        value: number | string
        unit: string
      }>
    }>
  }
  Capture: {
    id: string
    trigger: 'request' | 'button' | 'trouble-code' | 'harsh-braking' | 'anomaly' | 'continuous'
    cause: string
    /** RFC 3339, UTC */
    at: string
    /** RFC 3339, UTC */
    from: string
    /** RFC 3339, UTC */
    to: string
    state: 'recording' | 'ready'
    frames: number
    bytes: number
  }
  CaptureRemoved: {
    removed: boolean
  }
  Captures: Array<{
    id: string
    trigger: 'request' | 'button' | 'trouble-code' | 'harsh-braking' | 'anomaly' | 'continuous'
    cause: string
    /** RFC 3339, UTC */
    at: string
    /** RFC 3339, UTC */
    from: string
    /** RFC 3339, UTC */
    to: string
    state: 'recording' | 'ready'
    frames: number
    bytes: number
  }>
  Claim: {
    /** Whether the gateway has an owner. */
    claimed: boolean
  }
  CommandAnswers: {
    answers: Array<{
      controlUnit: string
      /** Hexadecimal, from the service byte on. */
      data: string
      /** RFC 3339, UTC */
      time: string
      /** The negative response code, hexadecimal. */
      negative?: string
    }>
  }
  Config: {
    /** Absent where the gateway was started without one. */
    file?: string
    origin: 'file' | 'last-known-good' | 'defaults'
    /** What is in force; secrets are not shown. */
    values: Record<string, unknown>
    /** What stands in the file itself. */
    written: Record<string, unknown>
    /** What is wrong with it. */
    findings: Array<string>
    /** Of the file: for If-Match. */
    version?: string
  }
  ConfigChanged: {
    /** Lines that go (`-`) and come (`+`). */
    lines: Array<string>
    isWritten: boolean
    /** Whether it takes effect with the next start of the gateway. */
    restart: boolean
    version?: string
  }
  DailyDistance: {
    days: Array<{
      date: string
      /** km; null where no odometer was read */
      distance: number | null
      /** With `explain=1`. */
      explanation?: {
        /** km of it that are estimates */
        estimated: number
        /** km by which those may be wrong */
        error: number
        segments: Array<{
          instrument: 'odometer' | 'wheel speed' | 'position'
          source?: string
          /** Source address, or the number of the control unit. */
          sender?: number
          from: {
            /** RFC 3339, UTC */
            time: string
            /** km */
            odometer: number
          }
          to: {
            /** RFC 3339, UTC */
            time: string
            /** km */
            odometer: number
          }
          /** km, with the way to its first reading */
          distance: number
          /** A new cluster, a roll-over, a reset. */
          newInstrument?: boolean
          estimated?: boolean
        }>
        rejected: Array<{
          instrument: 'odometer' | 'wheel speed' | 'position'
          source?: string
          /** Source address, or the number of the control unit. */
          sender?: number
          /** RFC 3339, UTC */
          time: string
          /** km */
          odometer: number
          reason: 'bogus' | 'unit' | 'backwards' | 'jump' | 'inconsistent'
          text: string
        }>
      }
    }>
  }
  DistanceDriven: {
    distanceDriven: number
    units: 'kilometers'
    /** With `explain=1`. */
    explanation?: {
      /** km of it that are estimates */
      estimated: number
      /** km by which those may be wrong */
      error: number
      segments: Array<{
        instrument: 'odometer' | 'wheel speed' | 'position'
        source?: string
        /** Source address, or the number of the control unit. */
        sender?: number
        from: {
          /** RFC 3339, UTC */
          time: string
          /** km */
          odometer: number
        }
        to: {
          /** RFC 3339, UTC */
          time: string
          /** km */
          odometer: number
        }
        /** km, with the way to its first reading */
        distance: number
        /** A new cluster, a roll-over, a reset. */
        newInstrument?: boolean
        estimated?: boolean
      }>
      rejected: Array<{
        instrument: 'odometer' | 'wheel speed' | 'position'
        source?: string
        /** Source address, or the number of the control unit. */
        sender?: number
        /** RFC 3339, UTC */
        time: string
        /** km */
        odometer: number
        reason: 'bogus' | 'unit' | 'backwards' | 'jump' | 'inconsistent'
        text: string
      }>
    }
  }
  Document: Record<string, unknown>
  Error: {
    /** The HTTP status. */
    code: number
    /** What was wrong, and what would be accepted. */
    message: string
  }
  Events: {
    events: Array<{
      specversion: '1.0'
      /** KSUID */
      id: string
      source: string
      type: string
      /** userDeviceId */
      subject: string
      /** RFC 3339, UTC */
      time: string
      datacontenttype: 'application/json'
      data: Record<string, unknown>
    }>
    /** Cursor of the next page, for `after`. */
    next?: string
  }
  Export: {
    userDeviceId: string
    /** RFC 3339, UTC */
    requestTimestamp: string
    /** Every record, oldest first. */
    data: Array<{
      /** Signals, and `timestamp`: when measured. */
      data: Record<string, unknown>
      /** userDeviceId */
      subject: string
      specversion: '1.0'
      location?: {
        lon: string
        lat: string
      }
      /** KSUID */
      id: string
      source: string
      /** When the gateway had it. */
      time: string
      type: 'zone.dimo.device.status.update'
    }>
  }
  ExportJob: {
    /** KSUID */
    id: string
    /** `writing` and `sending` are under way. */
    state: 'writing' | 'sending' | 'sent' | 'failed' | 'expired'
    /** RFC 3339, UTC */
    created: string
    /** How often it was tried to send the mail. */
    attempts: number
    /** What went wrong last, or what it waits for. */
    lastError?: string
    /** Until when the file can be fetched. */
    expires?: string
  }
  ExportRequest: {
    status: 'success' | 'error'
    userId: string
    userDeviceId: string
    message: string
  }
  FramesBehind: {
    signal: string
    label: string
    unit: string
    reading: {
      value?: number | string | boolean
      quality: 'ok' | 'estimated' | 'stale' | 'absent' | 'error'
      /** RFC 3339, UTC */
      time: string
      source: string
      sender: number
      /** Trust among the definitions of the signal; 0 is the best. */
      rank: number
    }
    frames: Array<{
      /** RFC 3339, UTC */
      time: string
      bus: string
      /** Hexadecimal: three digits, or eight of an extended one. */
      id: string
      /** Hexadecimal. */
      data: string
    }>
    /** Everything that the message said. */
    said: Array<{
      definition: string
      label: string
      raw?: number
      value?: number | string
      unit: string
      text?: string
      /** This is where the value comes from. */
      matches: boolean
    }>
    /** Where the frames are; in memory where it is absent. */
    capture?: string
  }
  /** The data of a server-sent event `frames`. */
  FramesMessage: {
    frames: Array<{
      /** RFC 3339, UTC */
      time: string
      bus: string
      /** Hexadecimal: three digits, or eight of an extended one. */
      id: string
      /** Hexadecimal. */
      data: string
      remote?: boolean
      error?: boolean
      fd?: boolean
    }>
    /** Frames that were more than was wanted, or came while the client was slow. */
    dropped: number
  }
  GatewayHealth: {
    status: 'ok' | 'degraded'
    findings: Array<string>
    version: string
    uptimeSeconds: number
    clockTrust: string
    clock?: {
      trust: string
      detail: string
      movedMs: number
      systemOffMs: number
    }
    sources: Array<{
      id: string
      type: string
      vehicle?: string
      buses: Array<string>
      state: 'starting' | 'running' | 'silent' | 'waiting' | 'finished' | 'stopped'
      detail: string
      /** Milliseconds since 1970. */
      since: number
      frames: number
      reopened: number
      uplinks?: number
      rejects?: Array<{
        reason: string
        text: string
        count: number
        newest: string
      }>
      issues: Array<{
        code: string
        text: string
        count: number
        newest: string
      }>
      /** Of the last ten seconds. */
      framesPerSecond?: number
      /** Share of the bus that its frames take, 0 to 1: an estimate. */
      busLoad?: number
    }>
    store: {
      records: number
      bytes: number
      uncommitted: number
      /** What commits take. */
      commit?: {
        lastMs: number
        p99Ms: number
      }
    }
    mqtt: {
      state: string
      detail: string
      unsent: number
      /** Records: the newest, one by one, and what could not be sent at its time. */
      lanes?: {
        live: {
          state: string
          unsent: number
        }
        backlog: {
          state: string
          unsent: number
        }
        bytesLastHour: number
        gone: number
      }
      /** Age of the oldest record that it does not have yet. */
      oldestUnsentSeconds?: number
    }
    sinks?: Array<{
      name: string
      state: string
      detail: string
      unsent: number
      /** Age of the oldest record that it does not have yet. */
      oldestUnsentSeconds?: number
    }>
    /** What the gateway takes of the machine. */
    process?: {
      rssBytes: number
      heapBytes: number
      openFiles: number
      handles: number
      /** How late timers came in the last minute. */
      loop: {
        p50Ms: number
        p99Ms: number
        maxMs: number
      }
    }
  }
  Geofences: Array<{
    id: string
    name?: string
    /** Absent while no position is known. */
    inside?: boolean
    /** Absent where it was so when it was first seen. */
    since?: string
  }>
  Health: {
    code: number
    message: string
    status: 'ok' | 'degraded'
    version: string
    uptimeSeconds: number
    clockTrust: string
    sources: {
      total: number
      running: number
    }
    mqtt: string
  }
  History: {
    /** Milliseconds. */
    took: number
    timed_out: boolean
    _shards: {
      total: number
      successful: number
      skipped: number
      failed: number
    }
    hits: {
      total: {
        value: number
        relation: string
      }
      max_score: number | null
      hits: Array<{
        _index: string
        _id: string
        _score: number
        _source: {
          /** Signals, and `timestamp`: when measured. */
          data: Record<string, unknown>
          /** userDeviceId */
          subject: string
          specversion: '1.0'
          location?: {
            lon: string
            lat: string
          }
          /** KSUID */
          id: string
          source: string
          /** When the gateway had it. */
          time: string
          type: 'zone.dimo.device.status.update'
        }
      }>
    }
    /** Cursor of the next page, for `after`. */
    next?: string
  }
  Hit: {
    _index: string
    _id: string
    _score: number
    _source: {
      /** Signals, and `timestamp`: when measured. */
      data: Record<string, unknown>
      /** userDeviceId */
      subject: string
      specversion: '1.0'
      location?: {
        lon: string
        lat: string
      }
      /** KSUID */
      id: string
      source: string
      /** When the gateway had it. */
      time: string
      type: 'zone.dimo.device.status.update'
    }
  }
  Identity: {
    vin?: string
    make?: string
    year?: number
    profile?: string
    proposals: Array<{
      id: string
      label: string
    }>
  }
  IssuedTokens: {
    tokens: Array<{
      /** `jti` */
      id: string
      kind: 'user' | 'privilege'
      /** Of a user token. */
      subject?: string
      /** Token id of the vehicle of a privilege token. */
      vehicle?: string
      privileges?: Array<number>
      /** The user token that it was exchanged for. */
      parent?: string
      /** RFC 3339, UTC */
      issued: string
      /** RFC 3339, UTC */
      expires: string
      /** RFC 3339, UTC */
      revoked?: string
    }>
  }
  Issues: Array<{
    source: string
    code: string
    text: string
    count: number
    /** What the newest one was about. */
    newest: string
  }>
  KeySet: {
    keys: Array<Record<string, unknown>>
  }
  /** As over WebSocket; server-sent events have type and id in fields of their own. */
  LiveMessage: {
    type: 'snapshot' | 'signals' | 'event' | 'end'
    id: number
    data:
      | {
          resumed: boolean
          signals: Array<{
            name: string
            value?: number | string | boolean
            unit: string
            /** RFC 3339, UTC */
            time?: string
            quality?: 'ok' | 'estimated' | 'stale' | 'absent' | 'error'
            source?: string
          }>
        }
      | {
          signals: Array<{
            name: string
            value?: number | string | boolean
            unit: string
            /** RFC 3339, UTC */
            time?: string
            quality?: 'ok' | 'estimated' | 'stale' | 'absent' | 'error'
            source?: string
          }>
        }
      | {
          reason: string
        }
      | Record<string, unknown>
  }
  Log: Array<{
    number: number
    /** RFC 3339, UTC */
    time: string
    level: 'debug' | 'info' | 'warn' | 'error'
    message: string
    fields: Record<string, unknown>
  }>
  Lora: {
    devices: Array<{
      id: string
      vehicle: string
      devEui?: string
      /** What its network server calls it. */
      name?: string
      devAddr?: string
      codec: string
      /** Since the gateway started. */
      uplinks: number
      /** RFC 3339, UTC */
      lastHeard?: string
      fCnt?: number
      /** That heard the last uplink best. */
      gateway?: {
        id: string
        name?: string
        /** dBm */
        rssi?: number
        /** dB */
        snr?: number
      }
      /** How many heard it. */
      gateways?: number
      spreadingFactor?: number
      /** Of the tracker's own cell. */
      battery?: {
        volts?: number
        fraction?: number
      }
      rejects: Array<{
        reason: string
        text: string
        count: number
      }>
      lastReject?: {
        /** RFC 3339, UTC */
        time: string
        reason: string
        source: string
        detail?: string
        devEui?: string
        deviceId?: string
        devAddr?: string
        gateway?: string
      }
      decodeErrors: number
      lastDecodeError?: {
        /** RFC 3339, UTC */
        time: string
        error: string
      }
      notices: Array<{
        /** RFC 3339, UTC */
        time: string
        kind: string
        detail: string
        isProblem?: boolean
      }>
    }>
    /** Heard, but no device of the configuration. */
    strangers: Array<{
      key: string
      count: number
      /** RFC 3339, UTC */
      first: string
      /** RFC 3339, UTC */
      last: string
      detail: string
    }>
    rejects: Array<{
      reason: string
      text: string
      count: number
    }>
    newestRejects: Array<{
      /** RFC 3339, UTC */
      time: string
      reason: string
      source: string
      detail?: string
      devEui?: string
      deviceId?: string
      devAddr?: string
      gateway?: string
    }>
  }
  LoraTaken: {
    code: number
    message: string
  }
  LoraUplinks: Array<{
    seq: number
    /** When it was on the air. */
    time: string
    state: 'open' | 'done' | 'failed'
    source: string
    network: string
    /** Who vouches for its sender: its MIC, the network server, or nobody. */
    trust: 'mic' | 'network' | 'none'
    fCnt?: number
    fPort?: number
    /** Hexadecimal. */
    payload: string
    gateways: Array<{
      id: string
      name?: string
      /** dBm */
      rssi?: number
      /** dB */
      snr?: number
    }>
    spreadingFactor?: number
    frequencyHz?: number
    replay?: boolean
    codec?: string
    /** Why its payload could not be read. */
    error?: string
    warnings?: Array<string>
    signals?: Array<string>
    /** Fields that are no signal, and why. */
    dropped?: Array<string>
    /** RFC 3339, UTC */
    measured?: string
  }>
  RawStatus: Record<
    string,
    {
      value: unknown
      source: string
      /** RFC 3339, UTC */
      timestamp: string
    }
  >
  ReadingsTaken: {
    taken: Array<{
      signal: string
      value: number | string | boolean
      /** RFC 3339, UTC */
      time: string
    }>
    /** Signals whose value cannot follow on what is known of them. */
    refused: Array<string>
  }
  Records: Array<{
    id: string
    /** Its place in the journal. */
    seq: number
    /** When it was measured. */
    time: string
    /** RFC 3339, UTC */
    receivedAt: string
    source: string
    /** The run of the gateway. */
    boot: string
    /** Its number in that run. */
    number: number
    clock: 'none' | 'rtc' | 'network' | 'gnss' | 'recorded'
    data: Record<string, number | string | boolean>
    /** Where it is not `ok`. */
    quality?: Record<string, string>
  }>
  Restart: {
    code: number
    message: string
  }
  RevokedToken: {
    id: string
    revoked: true
  }
  ServerUp: {
    code: number
    message: string
  }
  Signals: Array<{
    name: string
    label: string
    unit: string
    vss: string
    value?: number | string | boolean
    /** RFC 3339, UTC */
    time?: string
    /** Seconds since it was measured. */
    age?: number
    /** `stale`: older than a value of this signal stays true. Absent: never seen. */
    quality?: 'ok' | 'estimated' | 'stale' | 'absent' | 'error'
    source?: string
  }>
  Sources: Array<{
    id: string
    type: string
    /** Absent where it hears several. */
    vehicle?: string
    buses: Array<string>
    state: 'starting' | 'running' | 'silent' | 'waiting' | 'finished' | 'stopped'
    /** What it does, or what is wrong and would help. */
    detail: string
    /** RFC 3339, UTC */
    since: string
    frames: number
    reopened: number
    /** LoRa: of devices that are known here. */
    uplinks?: number
    /** LoRa: what had no effect, by reason. */
    rejects?: Array<{
      reason: string
      text: string
      count: number
      newest: string
    }>
  }>
  Status: {
    charging?: boolean
    /** 0 to 1 */
    fuelPercentRemaining?: number
    /** kWh */
    batteryCapacity?: number
    /** 0 to 1 */
    oil?: number
    /** km */
    odometer?: number
    /** ° */
    latitude?: number
    /** ° */
    longitude?: number
    /** km */
    range?: number
    /** 0 to 1 */
    soc?: number
    /** 0 to 1 */
    chargeLimit?: number
    /** RFC 3339, UTC */
    recordUpdatedAt?: string
    /** RFC 3339, UTC */
    recordCreatedAt?: string
    tirePressure?: {
      /** kPa */
      frontLeft?: number
      /** kPa */
      frontRight?: number
      /** kPa */
      backLeft?: number
      /** kPa */
      backRight?: number
    }
    /** V */
    batteryVoltage?: number
    /** °C */
    ambientTemp?: number
    /** With `include=meta`. */
    signals?: Record<
      string,
      {
        value: number | string | boolean
        unit: string
        /** RFC 3339, UTC */
        timestamp: string
        /** Seconds since it was measured. */
        age: number
        source: string
        quality: 'ok' | 'estimated' | 'stale' | 'absent' | 'error'
      }
    >
  }
  Token: {
    token: string
  }
  Trip: {
    /** KSUID: of the vehicle and the start, always the same. */
    tripId: string
    /** Whether it has not ended: its end is that of its newest record. */
    ongoing: boolean
    start: {
      /** RFC 3339, UTC */
      time: string
      /** Where that is known, and for who may see all-time location; with 8 about 3 km. */
      location?: {
        latitude: number
        longitude: number
      }
    }
    end: {
      /** RFC 3339, UTC */
      time: string
      /** Where that is known, and for who may see all-time location; with 8 about 3 km. */
      location?: {
        latitude: number
        longitude: number
      }
    }
    /** km: what the odometer of record has grown by. Absent where it is not known. */
    distance?: number
    /** Seconds. */
    durationSeconds: number
    /** Seconds. */
    movingSeconds: number
    /** Seconds that it stood with the engine running. */
    idleSeconds: number
    /** Where it stood for a minute and more on its way. */
    stops: Array<{
      /** RFC 3339, UTC */
      time: string
      /** Seconds. */
      seconds: number
      /** Where that is known, and for who may see all-time location; with 8 about 3 km. */
      location?: {
        latitude: number
        longitude: number
      }
    }>
    /** km/h */
    maxSpeed?: number
    /** km/h, over the whole duration. */
    averageSpeed?: number
    /** l */
    fuelUsed?: number
    /** Whether it comes from a rate or from the level of the tank. */
    fuelUsedEstimated?: boolean
  }
  /** GeoJSON (RFC 7946). */
  TripTrack: {
    type: 'FeatureCollection'
    features: Array<Record<string, unknown>>
  }
  Trips: {
    trips: Array<{
      /** KSUID: of the vehicle and the start, always the same. */
      tripId: string
      /** Whether it has not ended: its end is that of its newest record. */
      ongoing: boolean
      start: {
        /** RFC 3339, UTC */
        time: string
        /** Where that is known, and for who may see all-time location; with 8 about 3 km. */
        location?: {
          latitude: number
          longitude: number
        }
      }
      end: {
        /** RFC 3339, UTC */
        time: string
        /** Where that is known, and for who may see all-time location; with 8 about 3 km. */
        location?: {
          latitude: number
          longitude: number
        }
      }
      /** km: what the odometer of record has grown by. Absent where it is not known. */
      distance?: number
      /** Seconds. */
      durationSeconds: number
      /** Seconds. */
      movingSeconds: number
      /** Seconds that it stood with the engine running. */
      idleSeconds: number
      /** Where it stood for a minute and more on its way. */
      stops: Array<{
        /** RFC 3339, UTC */
        time: string
        /** Seconds. */
        seconds: number
        /** Where that is known, and for who may see all-time location; with 8 about 3 km. */
        location?: {
          latitude: number
          longitude: number
        }
      }>
      /** km/h */
      maxSpeed?: number
      /** km/h, over the whole duration. */
      averageSpeed?: number
      /** l */
      fuelUsed?: number
      /** Whether it comes from a rate or from the level of the tank. */
      fuelUsedEstimated?: boolean
    }>
    /** Cursor of the next page, for `after`. */
    next?: string
  }
  TroubleCodes: {
    codes: Array<{
      code: string
      system: 'powertrain' | 'chassis' | 'body' | 'network' | 'j1939'
      /** Where the code is standardised. */
      description?: string
      /** `active` and `previous` are those of J1939 (DM1, DM2). */
      kind: 'stored' | 'pending' | 'permanent' | 'active' | 'previous'
      /** Identifier of its answers, or `SA` and its source address. */
      controlUnit: string
      /** RFC 3339, UTC */
      firstSeen: string
      /** RFC 3339, UTC */
      lastSeen: string
      /** When its control unit first answered without it. */
      cleared?: string
      occurrences: number
      lamp?: 'malfunction' | 'stop' | 'warning' | 'protect'
      freezeFrame?: Array<{
        label: string
        value: number | string
        unit: string
        signal?: string
      }>
    }>
    malfunctionLamp?: boolean
    /** When a control unit last said which codes it has. */
    updated: string
  }
  Usage: {
    /** RFC 3339, UTC */
    from: string
    /** RFC 3339, UTC */
    to: string
    /** Absent where it is not known. */
    engineHours?: {
      value: number
      unit: string
      estimated: boolean
    }
    /** Absent where it is not known. */
    fuelUsed?: {
      value: number
      unit: string
      estimated: boolean
    }
  }
  Vehicles: Array<{
    id: string
    tokenId: string
    userDeviceId: string
    make?: string
    model?: string
    year?: number
  }>
  WalletChallenge: {
    state: string
    /** The text to sign, as it is; good once, for five minutes. */
    challenge: string
  }
  WalletToken: {
    /** A user token. */
    access_token: string
    token_type: 'bearer'
    /** Seconds. */
    expires_in: number
    /** The same token, where `openid` was asked for. */
    id_token?: string
  }
}

export interface Operations {
  get: {
    /**
     * The dashboard; as JSON, that the server is up.
     * get_root
     */
    '/': {
      answer: Schemas['ServerUp']
    }
    /**
     * The gateway's public keys (RFC 7517).
     * get_jwks
     */
    '/.well-known/jwks.json': {
      answer: Schemas['KeySet']
    }
    /**
     * Whether the gateway is up. Needs no token from the gateway itself.
     * get_health
     */
    '/health': {
      answer: Schemas['Health']
    }
    /**
     * This document (OpenAPI).
     * get_openapi
     */
    '/openapi.json': {
      answer: Schemas['Document']
    }
    /**
     * The file of an export by e-mail; one range of bytes can be asked for.
     * get_v1_export
     */
    '/v1/export/{jobId}': {
      path: {
        /** KSUID */
        jobId: string
      }
      query: {
        /** As it stands in the mail. */
        token: string
      }
      answer: Schemas['Export']
    }
    /**
     * What is plugged in, what it says it is, and the source that would use it.
     * get_v1_gateway_adapters
     */
    '/v1/gateway/adapters': {
      query: {
        /** Asks this one, too: a path, or tcp://HOST:PORT. */
        port?: string | undefined
      }
      answer: Schemas['Adapters']
    }
    /**
     * Who read location or identity: a row for each token, route and minute.
     * get_v1_gateway_audit
     */
    '/v1/gateway/audit': {
      query: {
        /** The `next` of the page before. */
        after?: string | undefined
        /** First day (`2024-01-25`, UTC) or a time; by default 14 days ago. */
        from?: string | undefined
        /** Rows a page; 100 where it is not given. */
        limit?: number | undefined
        /** Last day, which is included whole, or a time; by default now. */
        to?: string | undefined
      }
      answer: Schemas['Audit']
    }
    /**
     * Whether the gateway has an owner yet.
     * get_v1_gateway_claim
     */
    '/v1/gateway/claim': {
      answer: Schemas['Claim']
    }
    /**
     * The configuration in force, without secrets, and what is wrong with it.
     * get_v1_gateway_config
     */
    '/v1/gateway/config': {
      answer: Schemas['Config']
    }
    /**
     * What may stand in the configuration (JSON Schema).
     * get_v1_gateway_config_schema
     */
    '/v1/gateway/config/schema': {
      answer: Schemas['Document']
    }
    /**
     * What the gateway is doing, what is wrong, and what would help.
     * get_v1_gateway_health
     */
    '/v1/gateway/health': {
      answer: Schemas['GatewayHealth']
    }
    /**
     * The newest lines of the log.
     * get_v1_gateway_log
     */
    '/v1/gateway/log': {
      query: {
        /** Lines after the one with this number. */
        after?: number | undefined
        /** The newest so many; 200 by default. */
        limit?: number | undefined
      }
      answer: Schemas['Log']
    }
    /**
     * LoRa devices: when they were heard, how well, what had no effect and why.
     * get_v1_gateway_lora
     */
    '/v1/gateway/lora': {
      answer: Schemas['Lora']
    }
    /**
     * The newest uplinks of a LoRa device, with their payload and what came of it.
     * get_v1_gateway_lora_uplinks
     */
    '/v1/gateway/lora/{deviceId}/uplinks': {
      path: {
        /** As in the configuration. */
        deviceId: string
      }
      query: {
        /** The newest so many; 20 by default. */
        limit?: number | undefined
      }
      answer: Schemas['LoraUplinks']
    }
    /**
     * The inputs of the gateway, what they do, and what is wrong with them.
     * get_v1_gateway_sources
     */
    '/v1/gateway/sources': {
      answer: Schemas['Sources']
    }
    /**
     * The tokens that this gateway has issued, newest first; never the tokens themselves.
     * get_v1_gateway_tokens
     */
    '/v1/gateway/tokens': {
      answer: Schemas['IssuedTokens']
    }
    /**
     * The vehicles that the user owns.
     * get_v1_gateway_vehicles
     */
    '/v1/gateway/vehicles': {
      answer: Schemas['Vehicles']
    }
    /**
     * This document (OpenAPI).
     * get_swagger_doc
     */
    '/v1/swagger/doc.json': {
      answer: Schemas['Document']
    }
    /**
     * Distance per local day, from the first to the last day with any data.
     * get_v1_user_device_data_daily_distance
     */
    '/v1/user/device-data/{userDeviceId}/daily-distance': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      query: {
        /** Last local day, included; by default today. */
        endDate?: string | undefined
        /** `1`: with the readings, segments and estimates behind each distance. */
        explain?: ('0' | '1' | 'false' | 'true') | undefined
        /** First local day; by default the last 14 days including today. */
        startDate?: string | undefined
        /** IANA time zone in which the days are cut. */
        time_zone: string
      }
      answer: Schemas['DailyDistance']
    }
    /**
     * Distance driven since the first reading.
     * get_v1_user_device_data_distance_driven
     */
    '/v1/user/device-data/{userDeviceId}/distance-driven': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      query: {
        /** `1`: with the readings, segments and estimates behind each distance. */
        explain?: ('0' | '1' | 'false' | 'true') | undefined
      }
      answer: Schemas['DistanceDriven']
    }
    /**
     * Trouble codes: stored, pending, permanent, active and previously active.
     * get_v1_user_device_data_dtcs
     */
    '/v1/user/device-data/{userDeviceId}/dtcs': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      query: {
        /** `true`: those that were cleared, too. */
        all?: ('true' | 'false') | undefined
      }
      answer: Schemas['TroubleCodes']
    }
    /**
     * Events of a window of time: trouble codes, driving and parking, trips, ignition, voltage; with privilege 4 places entered and left.
     * get_v1_user_device_data_events
     */
    '/v1/user/device-data/{userDeviceId}/events': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      query: {
        /** The `next` of the page before. */
        after?: string | undefined
        /** First day (`2024-01-25`, UTC) or a time; by default 14 days ago. */
        from?: string | undefined
        /** Events a page; 100 where it is not given. */
        limit?: number | undefined
        /** Last day, which is included whole, or a time; by default now. */
        to?: string | undefined
        /** Only these types, separated by commas. */
        type?: string | undefined
      }
      answer: Schemas['Events']
    }
    /**
     * How far the export by e-mail is.
     * get_v1_user_device_data_export
     */
    '/v1/user/device-data/{userDeviceId}/export': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      answer: Schemas['ExportJob']
    }
    /**
     * Every record of the vehicle, oldest first, as one JSON object.
     * get_v1_user_device_data_export_json
     */
    '/v1/user/device-data/{userDeviceId}/export/json': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      answer: Schemas['Export']
    }
    /**
     * The configured places, and whether the vehicle is in them.
     * get_v1_user_device_data_geofences
     */
    '/v1/user/device-data/{userDeviceId}/geofences': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      answer: Schemas['Geofences']
    }
    /**
     * Records of a window of time, at most 1,000 spread evenly over it; with `limit` page by page; as NDJSON or CSV all of them.
     * get_v1_user_device_data_historical
     */
    '/v1/user/device-data/{userDeviceId}/historical': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      query: {
        /** The `next` of the page before. */
        after?: string | undefined
        /** One record, the last, for each of so many equal parts of the window. */
        buckets?: number | undefined
        /** Last day, which is included whole, or a time of RFC 3339 with a zone. */
        endDate?: string | undefined
        /** Hits a page; begins a paged read. */
        limit?: number | undefined
        order?: ('asc' | 'desc') | undefined
        /** Narrows `data` to these, separated by commas. */
        signals?: string | undefined
        /** First day (`2024-01-25`, UTC) or a time of RFC 3339 with a zone. */
        startDate?: string | undefined
      }
      answer: Schemas['History']
      line: Schemas['Hit']
    }
    /**
     * Records of a window of time, at most 1,000 spread evenly over it; with `limit` page by page; as NDJSON or CSV all of them.
     * get_v1_user_device_data_history
     */
    '/v1/user/device-data/{userDeviceId}/history': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      query: {
        /** The `next` of the page before. */
        after?: string | undefined
        /** One record, the last, for each of so many equal parts of the window. */
        buckets?: number | undefined
        /** Last day, which is included whole, or a time of RFC 3339 with a zone. */
        endDate?: string | undefined
        /** Hits a page; begins a paged read. */
        limit?: number | undefined
        order?: ('asc' | 'desc') | undefined
        /** Narrows `data` to these, separated by commas. */
        signals?: string | undefined
        /** First day (`2024-01-25`, UTC) or a time of RFC 3339 with a zone. */
        startDate?: string | undefined
      }
      answer: Schemas['History']
      line: Schemas['Hit']
    }
    /**
     * What could not be read or done, by source: how often, and what the newest was.
     * get_v1_user_device_data_issues
     */
    '/v1/user/device-data/{userDeviceId}/issues': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      answer: Schemas['Issues']
    }
    /**
     * Records around a moment, as they are kept: with quality, source and clock.
     * get_v1_user_device_data_records
     */
    '/v1/user/device-data/{userDeviceId}/records': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      query: {
        /** So many after it; 10 by default. */
        after?: number | undefined
        /** The moment: RFC 3339 with a zone; by default now. */
        around?: string | undefined
        /** So many records up to it; 10 by default. */
        before?: number | undefined
        /** Only these signals, separated by commas. */
        signals?: string | undefined
      }
      answer: Schemas['Records']
    }
    /**
     * The newest value of each published field.
     * get_v1_user_device_data_status
     */
    '/v1/user/device-data/{userDeviceId}/status': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      query: {
        /** `meta` adds `signals`: unit, time, age, source and quality of every value shown. */
        include?: string | undefined
      }
      answer: Schemas['Status']
    }
    /**
     * Every signal ever received, with its source and time.
     * get_v1_user_device_data_status_raw
     */
    '/v1/user/device-data/{userDeviceId}/status-raw': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      answer: Schemas['RawStatus']
    }
    /**
     * Trips that started in a window of time, with their stops.
     * get_v1_user_device_data_trips
     */
    '/v1/user/device-data/{userDeviceId}/trips': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      query: {
        /** The `next` of the page before. */
        after?: string | undefined
        /** Last day, which is included whole, or a time of RFC 3339 with a zone. */
        endDate?: string | undefined
        /** Trips a page; 100 where it is not given. */
        limit?: number | undefined
        order?: ('asc' | 'desc') | undefined
        /** First day (`2024-01-25`, UTC) or a time of RFC 3339 with a zone. */
        startDate?: string | undefined
      }
      answer: Schemas['Trips']
    }
    /**
     * One trip; as GPX or GeoJSON its track, which needs all-time location too.
     * get_v1_user_device_data_trips__tripId
     */
    '/v1/user/device-data/{userDeviceId}/trips/{tripId}': {
      path: {
        /** Id of the trip: a KSUID. */
        tripId: string
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      answer: Schemas['Trip']
    }
    /**
     * Engine hours and fuel used in a window of time, in whole quarters of an hour.
     * get_v1_user_device_data_usage
     */
    '/v1/user/device-data/{userDeviceId}/usage': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      query: {
        /** First day (`2024-01-25`, UTC) or a time; by default 14 days ago. */
        from?: string | undefined
        /** Last day, which is included whole, or a time; by default now. */
        to?: string | undefined
      }
      answer: Schemas['Usage']
    }
    /**
     * What goes on on the buses: rates, load, identifiers with what they say.
     * get_v1_vehicle_bus
     */
    '/v1/vehicle/{tokenId}/bus': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      answer: Schemas['Bus']
    }
    /**
     * Raw frames that are kept as files, the newest first.
     * get_v1_vehicle_captures
     */
    '/v1/vehicle/{tokenId}/captures': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      answer: Schemas['Captures']
    }
    /**
     * The file of a capture: a candump log, compressed.
     * get_v1_vehicle_captures_captureId
     */
    '/v1/vehicle/{tokenId}/captures/{captureId}': {
      path: {
        /** From the list. */
        captureId: string
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      answer: Schemas['Capture']
    }
    /**
     * Distance per local day, from the first to the last day with any data.
     * get_v1_vehicle_daily_distance
     */
    '/v1/vehicle/{tokenId}/daily-distance': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** Last local day, included; by default today. */
        endDate?: string | undefined
        /** `1`: with the readings, segments and estimates behind each distance. */
        explain?: ('0' | '1' | 'false' | 'true') | undefined
        /** First local day; by default the last 14 days including today. */
        startDate?: string | undefined
        /** IANA time zone in which the days are cut. */
        time_zone: string
      }
      answer: Schemas['DailyDistance']
    }
    /**
     * Distance driven since the first reading.
     * get_v1_vehicle_distance_driven
     */
    '/v1/vehicle/{tokenId}/distance-driven': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** `1`: with the readings, segments and estimates behind each distance. */
        explain?: ('0' | '1' | 'false' | 'true') | undefined
      }
      answer: Schemas['DistanceDriven']
    }
    /**
     * Trouble codes: stored, pending, permanent, active and previously active.
     * get_v1_vehicle_dtcs
     */
    '/v1/vehicle/{tokenId}/dtcs': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** `true`: those that were cleared, too. */
        all?: ('true' | 'false') | undefined
      }
      answer: Schemas['TroubleCodes']
    }
    /**
     * Events of a window of time: trouble codes, driving and parking, trips, ignition, voltage; with privilege 4 places entered and left.
     * get_v1_vehicle_events
     */
    '/v1/vehicle/{tokenId}/events': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** The `next` of the page before. */
        after?: string | undefined
        /** First day (`2024-01-25`, UTC) or a time; by default 14 days ago. */
        from?: string | undefined
        /** Events a page; 100 where it is not given. */
        limit?: number | undefined
        /** Last day, which is included whole, or a time; by default now. */
        to?: string | undefined
        /** Only these types, separated by commas. */
        type?: string | undefined
      }
      answer: Schemas['Events']
    }
    /**
     * The frames behind a value, and everything that their message said.
     * get_v1_vehicle_explain
     */
    '/v1/vehicle/{tokenId}/explain': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** A time of RFC 3339 with a zone; now by default. */
        at?: string | undefined
        /** Only frames of this bus. */
        bus?: string | undefined
        /** The signal. */
        signal:
          | 'odometer'
          | 'speed'
          | 'engineSpeed'
          | 'engineLoad'
          | 'fuelPercentRemaining'
          | 'batteryVoltage'
          | 'coolantTemp'
          | 'ambientTemp'
          | 'intakeTemp'
          | 'intakePressure'
          | 'barometricPressure'
          | 'throttlePosition'
          | 'engineHours'
          | 'tripDistance'
          | 'latitude'
          | 'longitude'
          | 'tirePressureFrontLeft'
          | 'tirePressureFrontRight'
          | 'tirePressureBackLeft'
          | 'tirePressureBackRight'
          | 'charging'
          | 'soc'
          | 'chargeLimit'
          | 'batteryCapacity'
          | 'tractionVoltage'
          | 'tractionCurrent'
          | 'tractionPower'
          | 'tractionTemp'
          | 'motorSpeed'
          | 'range'
          | 'oil'
          | 'oilPressure'
          | 'oilTemp'
          | 'fuelRate'
          | 'fuelUsed'
          | 'fuelEconomy'
          | 'fuelTemp'
          | 'fuelPressure'
          | 'acceleratorPosition'
          | 'brakePedalPosition'
          | 'brakePedal'
          | 'parkingBrake'
          | 'clutchPedal'
          | 'cruiseControl'
          | 'pto'
          | 'engineTorque'
          | 'gear'
          | 'transmissionTemp'
          | 'boostPressure'
          | 'exhaustTemp'
          | 'massAirFlow'
          | 'timingAdvance'
          | 'shortFuelTrim'
          | 'longFuelTrim'
          | 'runTime'
          | 'idleHours'
          | 'idleFuelUsed'
          | 'defLevel'
          | 'grossWeight'
          | 'malfunctionLamp'
          | 'dtcCount'
          | 'distanceWithMil'
          | 'distanceSinceClear'
          | 'altitude'
          | 'heading'
          | 'hdop'
          | 'nsat'
          | 'activity'
          | 'activityReason'
          | 'ignition'
          | 'vin'
          | 'vinLast8'
      }
      answer: Schemas['FramesBehind']
    }
    /**
     * Raw CAN frames as they come from the wire: server-sent events.
     * get_v1_vehicle_frames
     */
    '/v1/vehicle/{tokenId}/frames': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** Only these buses, separated by commas. */
        buses?: string | undefined
        /** `true`: only frames with other data than the last of the same identifier. */
        changes?: ('true' | 'false') | undefined
        /** Only these identifiers, in hexadecimal, separated by commas. */
        ids?: string | undefined
        /** Frames a second at most, 200 by default; the rest is dropped and counted. */
        perSecond?: number | undefined
        /** Only these parameter groups, in decimal, separated by commas. */
        pgns?: string | undefined
      }
      answer: Schemas['FramesMessage']
    }
    /**
     * The configured places, and whether the vehicle is in them.
     * get_v1_vehicle_geofences
     */
    '/v1/vehicle/{tokenId}/geofences': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      answer: Schemas['Geofences']
    }
    /**
     * Records of a window of time, at most 1,000 spread evenly over it; with `limit` page by page; as NDJSON or CSV all of them.
     * get_v1_vehicle_history
     */
    '/v1/vehicle/{tokenId}/history': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** The `next` of the page before. */
        after?: string | undefined
        /** One record, the last, for each of so many equal parts of the window. */
        buckets?: number | undefined
        /** Last day, which is included whole, or a time of RFC 3339 with a zone. */
        endDate?: string | undefined
        /** Hits a page; begins a paged read. */
        limit?: number | undefined
        order?: ('asc' | 'desc') | undefined
        /** Narrows `data` to these, separated by commas. */
        signals?: string | undefined
        /** First day (`2024-01-25`, UTC) or a time of RFC 3339 with a zone. */
        startDate?: string | undefined
      }
      answer: Schemas['History']
      line: Schemas['Hit']
    }
    /**
     * Who the vehicle is, and the profiles that are made for such a one.
     * get_v1_vehicle_identity
     */
    '/v1/vehicle/{tokenId}/identity': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      answer: Schemas['Identity']
    }
    /**
     * What could not be read or done, by source: how often, and what the newest was.
     * get_v1_vehicle_issues
     */
    '/v1/vehicle/{tokenId}/issues': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      answer: Schemas['Issues']
    }
    /**
     * What changes and what happens, as it does: server-sent events, or a WebSocket.
     * get_v1_vehicle_live
     */
    '/v1/vehicle/{tokenId}/live': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** A token, for who cannot send headers (RFC 6750, 2.3). */
        access_token?: string | undefined
        /** `false`: signals alone, and not what happens. */
        events?: ('true' | 'false') | undefined
        /** Seconds at least between two messages with signals; 0.25 by default. */
        interval?: number | undefined
        /** The last id that was had: as the header Last-Event-ID. */
        lastEventId?: string | undefined
        /** Only these signals, separated by commas; all by default. */
        signals?: string | undefined
      }
      answer: Schemas['LiveMessage']
    }
    /**
     * Records around a moment, as they are kept: with quality, source and clock.
     * get_v1_vehicle_records
     */
    '/v1/vehicle/{tokenId}/records': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** So many after it; 10 by default. */
        after?: number | undefined
        /** The moment: RFC 3339 with a zone; by default now. */
        around?: string | undefined
        /** So many records up to it; 10 by default. */
        before?: number | undefined
        /** Only these signals, separated by commas. */
        signals?: string | undefined
      }
      answer: Schemas['Records']
    }
    /**
     * The signal table with the newest value of each signal.
     * get_v1_vehicle_signals
     */
    '/v1/vehicle/{tokenId}/signals': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** Signals that somebody looks at: for ten seconds they are asked for faster, within the budget of the bus. */
        watch?: string | undefined
      }
      answer: Schemas['Signals']
    }
    /**
     * The newest value of each published field.
     * get_v1_vehicle_status
     */
    '/v1/vehicle/{tokenId}/status': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** `meta` adds `signals`: unit, time, age, source and quality of every value shown. */
        include?: string | undefined
      }
      answer: Schemas['Status']
    }
    /**
     * Every signal ever received, with its source and time.
     * get_v1_vehicle_status_raw
     */
    '/v1/vehicle/{tokenId}/status-raw': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      answer: Schemas['RawStatus']
    }
    /**
     * Trips that started in a window of time, with their stops.
     * get_v1_vehicle_trips
     */
    '/v1/vehicle/{tokenId}/trips': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** The `next` of the page before. */
        after?: string | undefined
        /** Last day, which is included whole, or a time of RFC 3339 with a zone. */
        endDate?: string | undefined
        /** Trips a page; 100 where it is not given. */
        limit?: number | undefined
        order?: ('asc' | 'desc') | undefined
        /** First day (`2024-01-25`, UTC) or a time of RFC 3339 with a zone. */
        startDate?: string | undefined
      }
      answer: Schemas['Trips']
    }
    /**
     * One trip; as GPX or GeoJSON its track, which needs all-time location too.
     * get_v1_vehicle_trips__tripId
     */
    '/v1/vehicle/{tokenId}/trips/{tripId}': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
        /** Id of the trip: a KSUID. */
        tripId: string
      }
      answer: Schemas['Trip']
    }
    /**
     * Engine hours and fuel used in a window of time, in whole quarters of an hour.
     * get_v1_vehicle_usage
     */
    '/v1/vehicle/{tokenId}/usage': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** First day (`2024-01-25`, UTC) or a time; by default 14 days ago. */
        from?: string | undefined
        /** Last day, which is included whole, or a time; by default now. */
        to?: string | undefined
      }
      answer: Schemas['Usage']
    }
    /**
     * Distance per local day, from the first to the last day with any data.
     * get_v2_vehicle_analytics_daily_distance
     */
    '/v2/vehicle/{tokenId}/analytics/daily-distance': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** Last local day, included; by default today. */
        endDate?: string | undefined
        /** `1`: with the readings, segments and estimates behind each distance. */
        explain?: ('0' | '1' | 'false' | 'true') | undefined
        /** First local day; by default the last 14 days including today. */
        startDate?: string | undefined
        /** IANA time zone in which the days are cut. */
        time_zone: string
      }
      answer: Schemas['DailyDistance']
    }
    /**
     * Distance driven since the first reading.
     * get_v2_vehicle_analytics_total_distance
     */
    '/v2/vehicle/{tokenId}/analytics/total-distance': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      query: {
        /** `1`: with the readings, segments and estimates behind each distance. */
        explain?: ('0' | '1' | 'false' | 'true') | undefined
      }
      answer: Schemas['DistanceDriven']
    }
  }
  post: {
    /**
     * A text to sign with a wallet, to log in as the owner.
     * post_auth_web3_generate_challenge
     */
    '/auth/web3/generate_challenge': {
      query: {
        /** The address to log in with: 0x and 40 hexadecimal digits. */
        address?: string | undefined
        /** The client; for a developer of the hosted API the address of the licence. */
        client_id?: string | undefined
        /** Who asks for the login. */
        domain?: string | undefined
        /** `code` */
        response_type?: string | undefined
        /** `openid` in it asks for an `id_token`. */
        scope?: string | undefined
      }
      body: {
        /** The address to log in with: 0x and 40 hexadecimal digits. */
        address?: string
        /** Who asks for the login. */
        domain?: string
        /** The client; for a developer of the hosted API the address of the licence. */
        client_id?: string
        /** `openid` in it asks for an `id_token`. */
        scope?: string
        /** `code` */
        response_type?: string
      } | null
      answer: Schemas['WalletChallenge']
    }
    /**
     * A user token for a signed challenge.
     * post_auth_web3_submit_challenge
     */
    '/auth/web3/submit_challenge': {
      body: {
        /** As it came with the challenge. */
        state: string
        /** The same as with the challenge. */
        domain: string
        /** The challenge signed with `personal_sign` (EIP-191): 65 bytes, hexadecimal. */
        signature: string
        /** The client; for a developer of the hosted API the address of the licence. */
        client_id?: string
        grant_type?: 'authorization_code'
      }
      answer: Schemas['WalletToken']
    }
    /**
     * Claims a gateway that has no owner yet: the first user token.
     * post_v1_gateway_claim
     */
    '/v1/gateway/claim': {
      body: {
        code?: string
      } | null
      answer: Schemas['Token']
    }
    /**
     * Starts the gateway anew, with the configuration as it is now.
     * post_v1_gateway_restart
     */
    '/v1/gateway/restart': {
      answer: Schemas['Restart']
    }
    /**
     * Takes events of a LoRa network server.
     * post_v1_lora
     */
    '/v1/lora/{source}': {
      path: {
        /** Id of the source in the configuration. */
        source: string
      }
      answer: Schemas['LoraTaken']
    }
    /**
     * Takes events of a LoRa network server.
     * post_v1_lora_event
     */
    '/v1/lora/{source}/{event}': {
      path: {
        event: string
        /** Id of the source in the configuration. */
        source: string
      }
      answer: Schemas['LoraTaken']
    }
    /**
     * A privilege token for a vehicle of the user, valid for ten minutes.
     * post_v1_tokens_exchange
     */
    '/v1/tokens/exchange': {
      body: {
        nftContractAddress: string
        tokenId: string | number
        privileges: Array<number>
      }
      answer: Schemas['Token']
    }
    /**
     * Sends a link to a file with every record to the address of the owner.
     * post_v1_user_device_data_export_json_email
     */
    '/v1/user/device-data/{userDeviceId}/export/json/email': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      answer: Schemas['ExportRequest']
    }
    /**
     * Keeps the raw frames around now.
     * post_v1_vehicle_captures
     */
    '/v1/vehicle/{tokenId}/captures': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      body: {
        /** Why, in words. */
        cause?: string
        /** Seconds before now, as far as they are in memory; as configured by default. */
        before?: number
        /** Seconds after now. */
        after?: number
      }
      answer: Schemas['Capture']
    }
    /**
     * Clears the trouble codes of the vehicle, while it stands still.
     * post_v1_vehicle_commands_dtc_clear
     */
    '/v1/vehicle/{tokenId}/commands/dtc/clear': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      answer: Schemas['CommandAnswers']
    }
    /**
     * Asks the vehicle one question: a PID, a data identifier, a parameter group.
     * post_v1_vehicle_commands_request
     */
    '/v1/vehicle/{tokenId}/commands/request': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      body:
        | {
            kind: 'pid'
            pid: number
            /** OBD-II service: 1 (by default), 6 or 9. */
            service?: number
            /** All are asked where it is not given. */
            controlUnit?: string
          }
        | {
            kind: 'did'
            did: number
            /** Identifier that the control unit is asked with: 7E0, or 18DA10F1. */
            controlUnit: string
          }
        | {
            kind: 'pgn'
            pgn: number
            /** Source address; all where it is not given. */
            address?: number
          }
      answer: Schemas['CommandAnswers']
    }
    /**
     * Values of signals that somebody outside has measured.
     * post_v1_vehicle_readings
     */
    '/v1/vehicle/{tokenId}/readings': {
      path: {
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      body: {
        /** Who measured it; in records it is `api/` and this. */
        source?: string
        readings: Array<{
          signal: string
          value: number | string | boolean
          /** When it was measured; now where it is not given. */
          time?: string
        }>
      }
      answer: Schemas['ReadingsTaken']
    }
  }
  put: Record<never, never>
  patch: {
    /**
     * Changes the file of the configuration; only what is valid is written.
     * patch_v1_gateway_config
     */
    '/v1/gateway/config': {
      query: {
        /** `true`: checks and shows what would change, and writes nothing. */
        dryRun?: ('true' | 'false') | undefined
      }
      body: {
        /** Values by key, as in `{"api.listen": "0.0.0.0:8080", "log.level": null}`; null takes a key out. */
        set: Record<string, unknown>
      }
      answer: Schemas['ConfigChanged']
    }
  }
  delete: {
    /**
     * Ends a token, and those that were exchanged for it, at once.
     * delete_v1_gateway_tokens
     */
    '/v1/gateway/tokens/{id}': {
      path: {
        /** `id` as in the list. */
        id: string
      }
      answer: Schemas['RevokedToken']
    }
    /**
     * Ends the export by e-mail and removes its file; its link leads nowhere.
     * delete_v1_user_device_data_export
     */
    '/v1/user/device-data/{userDeviceId}/export': {
      path: {
        /** User device id of the vehicle: a KSUID. */
        userDeviceId: string
      }
      answer: Schemas['ExportJob']
    }
    /**
     * Removes a capture.
     * delete_v1_vehicle_captures_captureId
     */
    '/v1/vehicle/{tokenId}/captures/{captureId}': {
      path: {
        /** From the list. */
        captureId: string
        /** Token id of the vehicle: a decimal text. */
        tokenId: string
      }
      answer: Schemas['CaptureRemoved']
    }
  }
}
