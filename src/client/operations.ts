/**
 * What every operation of the REST API takes and answers. Made from the OpenAPI document by
 * `npm run generate:client`: not to be edited.
 */

export interface Schemas {
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
  DailyDistance: {
    days: Array<{
      date: string
      /** km; null where no odometer was read */
      distance: number | null
    }>
  }
  DistanceDriven: {
    distanceDriven: number
    units: 'kilometers'
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
      vehicle: string
      buses: Array<string>
      state: 'starting' | 'running' | 'silent' | 'waiting' | 'finished' | 'stopped'
      detail: string
      /** Milliseconds since 1970. */
      since: number
      frames: number
      reopened: number
      issues: Array<{
        code: string
        text: string
        count: number
        newest: string
      }>
    }>
    store: {
      records: number
      bytes: number
      uncommitted: number
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
    }
    sinks?: Array<{
      name: string
      state: string
      detail: string
      unsent: number
    }>
  }
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
  KeySet: {
    keys: Array<Record<string, unknown>>
  }
  RawStatus: Record<
    string,
    {
      value: unknown
      source: string
      /** RFC 3339, UTC */
      timestamp: string
    }
  >
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
  Vehicles: Array<{
    id: string
    tokenId: string
    userDeviceId: string
    make?: string
    model?: string
    year?: number
  }>
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
     * What the gateway is doing, what is wrong, and what would help.
     * get_v1_gateway_health
     */
    '/v1/gateway/health': {
      answer: Schemas['GatewayHealth']
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
     * Events of a window of time: trouble codes, driving and parking, ignition, voltage.
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
     * Events of a window of time: trouble codes, driving and parking, ignition, voltage.
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
      answer: Schemas['DistanceDriven']
    }
  }
  post: {
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
  }
  put: Record<never, never>
  patch: Record<never, never>
  delete: Record<never, never>
}
