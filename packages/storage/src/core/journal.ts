/** The undo steps of the changes since the last commit. */
export class Journal {
  #undo: (() => void)[] = []
  /** Called before every change, which is refused if it throws. Tests make writes fail with it. */
  onChange: () => void = () => {}

  note(undo: () => void): void {
    this.onChange()
    this.#undo.push(undo)
  }

  commit(): void {
    this.#undo = []
  }

  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo()
    this.#undo = []
  }
}
