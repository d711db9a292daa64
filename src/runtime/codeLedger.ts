import type { CodeMessage, CodeUnit } from './messages.js'

type ProgramMessage = Extract<CodeMessage, { type: 'program' }>

/** What workers have been handed and still need: told again to workers that start later. */
export class CodeLedger {
  private readonly units = new Map<number, CodeUnit>()
  private readonly programs = new Map<number, ProgramMessage>()

  addUnit(unit: CodeUnit): CodeMessage {
    this.units.set(unit.id, unit)
    return { type: 'code', unit }
  }

  addProgram(program: ProgramMessage): CodeMessage {
    this.programs.set(program.id, program)
    return program
  }

  release(programs: readonly number[], units: readonly number[]): CodeMessage {
    for (const id of programs) this.programs.delete(id)
    for (const id of units) this.units.delete(id)
    return { type: 'release', programs, units }
  }

  messages(): CodeMessage[] {
    return [
      ...Array.from(this.units.values(), (unit): CodeMessage => ({ type: 'code', unit })),
      ...this.programs.values(),
    ]
  }
}
