import { goTo } from "../logic/keys";
import { Dialog } from "../parts/Dialog";

const keys: [string, string][] = [
  ["/", "Search in this page, or in the archive"],
  ["j  k", "Next and previous row"],
  ["Enter", "Open the row"],
  ["a", "Acknowledge the incident"],
  ["n", "Write a note"],
  ["v", "Give a verdict"],
  ["e", "First alert's evidence"],
  ["Esc", "Leave a field, close a dialog"],
  ["?", "These keys"],
];

export function KeysHelp({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  return (
    <Dialog isOpen={isOpen} close={close} title="Keys">
      <div className="two">
        <dl className="keys">
          {keys.map(([key, does]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <dl className="keys">
          {Object.entries(goTo).map(([key, way]) => (
            <div key={key}>
              <dt>
                <kbd>g</kbd> <kbd>{key}</kbd>
              </dt>
              <dd>{way.name}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Dialog>
  );
}
