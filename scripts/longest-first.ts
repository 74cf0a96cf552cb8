import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take minutes however few lines they have. */
const LONG = /\/e2e\/chaos\/|\/postgres\.conformance\.|\/gallery\./

/**
 * Begins with the files that take longest, so that none of them runs on alone at the end. Vitest's own order goes by the
 * size of files where it has not seen them run before.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}
