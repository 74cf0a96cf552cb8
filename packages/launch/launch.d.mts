/** Whether a Node.js of this version (this process's, unless given) runs the sources. */
export function nodeIsRecentEnough(version?: string): boolean
/** The Node.js 24 that npm installed beside the project, or undefined. */
export function bundledNode(from?: string): string | undefined
/** The built program of the package in `folder` where it is made of the files that are there now, or undefined. */
export function builtProgram(folder: string): string | undefined
/** The file URL of the program of a package (its folder as a file URL): as it is built, or else its sources. */
export function programOf(folder: URL): string
/** Loads `entry` (a file URL) here, or runs it on the installed Node.js where this one is too old. */
export function launch(entry: string): Promise<void>
