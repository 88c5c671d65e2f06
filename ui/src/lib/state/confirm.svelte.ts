// Asks the person before something that cannot be undone. It must not know what that is.

export interface Asked {
  title: string;
  text?: string;
  /** The word on the button that does it. */
  action: string;
  /** On the one that does not, where that is more than to leave off. */
  refusal?: string;
  danger?: boolean;
}

class Confirmation {
  asked = $state<Asked | null>(null);
  private resolve: ((yes: boolean) => void) | null = null;

  ask(asked: Asked): Promise<boolean> {
    this.resolve?.(false);
    this.asked = asked;
    return new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  answer(yes: boolean): void {
    this.asked = null;
    this.resolve?.(yes);
    this.resolve = null;
  }
}

export const confirmation = new Confirmation();

/** Whether the person wants it. */
export function confirmed(asked: Asked): Promise<boolean> {
  return confirmation.ask(asked);
}
