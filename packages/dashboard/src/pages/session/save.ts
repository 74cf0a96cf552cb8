import { kurir } from '../../api/kurir.ts'
import { useChange } from '../../api/queries.ts'
import type { Body } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { notify } from '../../ui/notices.tsx'

/** Changes a session's settings and says that it is done. */
export function useSave(session: string) {
  const text = useText()
  const save = useChange(
    (body: Body<'/v1/sessions/{session}', 'patch'>) =>
      kurir.patch('/v1/sessions/{session}', { params: { path: { session } }, body }),
    { stale: [['sessions']], done: () => notify(text.saved) },
  )
  return { run: save.mutate, isBusy: save.isPending }
}
