/** The parts of making a backup and of restoring one, each with its own beginning and end. */
export type BackupStep = 'database' | 'files' | 'checksum'

/** Told how many bytes of a step are done, of those there are; `total` 0 where that cannot be said of this step. */
export type OnProgress = (step: BackupStep, done: number, total: number) => void
