/** A column whose values are encrypted: under the data key of its owner, bound to its place by `id`. */
export interface SealedColumn {
  table: string
  column: string
  form: 'text' | 'bytes'
  /** The column that names the owner. */
  owner: 'session_uid' | 'tenant'
  /** Columns that name the row, in the order of the place's id. */
  id: readonly string[]
}

/** Every encrypted column. A new secret gets a line here, and `sealText` or `sealBytes` in its table. */
export const SEALED = {
  credential: { table: 'credential', column: 'value', form: 'text', owner: 'session_uid', id: ['session_uid'] },
  signalKey: {
    ...{ table: 'signal_key', column: 'value', form: 'text', owner: 'session_uid' },
    id: ['session_uid', 'type', 'id'],
  },
  journal: {
    ...{ table: 'journal', column: 'plaintext', form: 'bytes', owner: 'session_uid' },
    id: ['session_uid', 'key'],
  },
  proto: { table: 'message', column: 'proto', form: 'bytes', owner: 'session_uid', id: ['id'] },
  endpointSecret: { table: 'endpoint', column: 'secret', form: 'text', owner: 'tenant', id: ['id'] },
  endpointPreviousSecret: { table: 'endpoint', column: 'previous_secret', form: 'text', owner: 'tenant', id: ['id'] },
  endpointHeaders: { table: 'endpoint', column: 'headers', form: 'text', owner: 'tenant', id: ['id'] },
  endpointSettings: { table: 'endpoint', column: 'settings', form: 'text', owner: 'tenant', id: ['id'] },
  sessionSettings: { table: 'session', column: 'settings', form: 'text', owner: 'tenant', id: ['uid'] },
  dialectKey: { table: 'api_key', column: 'sealed', form: 'text', owner: 'tenant', id: ['id'] },
  mediaRemote: { table: 'media', column: 'remote', form: 'text', owner: 'tenant', id: ['id'] },
} as const satisfies Record<string, SealedColumn>
