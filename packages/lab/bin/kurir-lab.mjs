#!/usr/bin/env node
import { launch, programOf } from 'kurir-launch'

await launch(programOf(new URL('..', import.meta.url)))
