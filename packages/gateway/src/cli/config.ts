import type { Command } from 'commander'
import { describeSettings } from '../config/config.ts'
import { configReference } from '../config/reference.ts'
import { Output, type Streams } from './output.ts'

const EXAMPLE = '\nExample:\n  kurir config reference > settings.md'

/** `kurir config reference`. */
export function addConfig(program: Command, streams: Streams): void {
  const config = program.command('config').description('what can be set').addHelpText('after', EXAMPLE)

  config
    .command('reference')
    .description('every setting with its default and meaning, in Markdown')
    .option('--json', 'answer in one line of JSON')
    .addHelpText('after', EXAMPLE)
    .action(({ json }: { json?: boolean }) => {
      new Output(json === true, streams).answer(describeSettings(), configReference().trimEnd())
    })
}
