/** Whether a Node.js of this version (this process's, unless given) runs the sources. */
export function nodeIsRecentEnough(version?: string): boolean
/** The Node.js 24 that npm installed beside the project, or undefined. */
export function bundledNode(from?: string): string | undefined
/** Loads `entry` (a file URL) here, or runs it on the installed Node.js where this one is too old. */
export function launch(entry: string): Promise<void>
