/** The page's script: copy buttons, and a sentence and its mark that light up together. Everything can be read without it. */
export const PAGE_SCRIPT = `
'use strict';
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    const done = () => {
      button.textContent = 'Copied';
      setTimeout(() => (button.textContent = 'Copy'), 1500);
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => undefined);
  });
}
const sentences = document.querySelectorAll('.story > li');
for (const row of document.querySelectorAll('.row[data-sentence]')) {
  const sentence = sentences[Number(row.dataset.sentence) - 1];
  if (!sentence) continue;
  const light = (on) => () => {
    row.classList.toggle('lit', on);
    sentence.classList.toggle('lit', on);
  };
  for (const element of [row, sentence]) {
    element.addEventListener('mouseenter', light(true));
    element.addEventListener('mouseleave', light(false));
  }
  row.addEventListener('click', () => sentence.scrollIntoView({ block: 'center', behavior: 'smooth' }));
}
`;
