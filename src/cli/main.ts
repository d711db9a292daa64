#!/usr/bin/env node
/** Entry point of the `gradus` command. */
import { runCli } from './runCli.js'

process.exitCode = await runCli(process.argv)
