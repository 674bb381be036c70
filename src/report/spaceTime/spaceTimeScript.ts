/**
 * The script of the diagram of the surroundings: zoom, pan, filters, details, links. It lays the drawing out anew after every move, by the rules of `chartGeometry.ts`
 * and with the times that the drawing carries. What it tells of an event or message it reads in the tables. Everything can be read without it.
 *
 * Plain browser JavaScript as text; a test checks its types against the DOM's.
 */
export const SPACE_TIME_SCRIPT = `
(() => {
  const root = document.getElementById('st');
  if (!root) return;
  const svg = root.querySelector('svg.st-chart');
  const frame = root.querySelector('.st-frame');
  const details = root.querySelector('.st-details');
  const all = (selector, from = svg) => [...from.querySelectorAll(selector)];
  const numbers = (text, separator = ' ') => text.split(separator).map((part) => (part === '' ? NaN : Number(part)));
  const SVG = svg.namespaceURI;
  const START = Number(svg.dataset.from);
  const WHOLE = Number(svg.dataset.to) - START;
  const TOP = Number(svg.dataset.top);
  const LEAST = 40;
  const RIGHT = 16;
  const MOST_NAMES = 16;

  // What is drawn, with its times relative to the start of the window.
  const messages = all('[data-m]').map((path) => {
    const [id, from, to, sent, held, ended] = numbers(path.dataset.m, ',');
    return { path, id, from, to, sent, held, ended, lost: path.classList.contains('lost'), family: path.classList[0].slice(2), shown: true, line: [0, 0, 0, 0] };
  });
  const marks = all('[data-e]').map((node) => ({
    node,
    id: node.dataset.e,
    at: Number(node.dataset.t),
    lane: Number(node.parentNode.dataset.lane),
    group: node.classList[0].slice(2),
    sentence: Number(node.dataset.n || 0),
    shown: true,
  }));
  const spans = all('[data-span]').map((node) => ({ node, span: numbers(node.dataset.span) }));
  const names = all('[data-room]').map((node) => ({ node, room: numbers(node.dataset.room), width: node.textContent.length * 5.6 }));
  const faultNames = all('[data-at]').map((node) => ({ node, at: Number(node.dataset.at) }));
  const cuts = all('[data-cut]').map((path) => ({ path, cut: numbers(path.dataset.cut) }));
  const pin = svg.querySelector('.st-violation');
  const axis = svg.querySelector('.st-axis');
  const labels = svg.querySelector('.st-labels');
  const lanes = all('.st-lane[data-above]').map((node) => ({ above: Number(node.dataset.above), height: Number(node.dataset.height), y: 0, shown: true }));
  const laneParts = all('.st-lane');
  const clip = svg.querySelector('#st-clip rect');
  const HEIGHT = svg.viewBox.baseVal.height;
  const full = { left: Number(clip.getAttribute('x')), width: svg.viewBox.baseVal.width };

  let from = 0;
  let to = WHOLE;
  let chosen = '';
  let current = null;
  let place = { ...full, bottom: HEIGHT };

  const x = (time) => place.left + ((time - from) / (to - from)) * (place.width - RIGHT - place.left);
  const timeAt = (px) => from + ((px - place.left) / (place.width - RIGHT - place.left)) * (to - from);
  const tenth = (value) => Math.round(value * 10) / 10;

  // ---------------------------------------------------------------- drawing

  function draw() {
    layLanes();
    for (const { node, span } of spans) {
      const [a, b] = span.map((time) => Math.max(place.left - 4, Math.min(place.width + 4, x(time))));
      node.setAttribute('x', tenth(a));
      node.setAttribute('width', tenth(Math.max(1.5, b - a)));
    }
    for (const { node, room, width } of names) {
      const [a, b] = [Math.max(place.left, x(room[0])), Math.min(place.width - RIGHT, x(room[1]))];
      node.setAttribute('x', tenth(a + 3));
      show(node, b - a > width);
    }
    for (const { node, at } of faultNames) node.setAttribute('x', tenth(Math.max(place.left, x(at)) + 5));
    for (const { path, cut } of cuts) {
      const [a, b, start, end] = cut;
      path.setAttribute('d', 'M' + tenth(x(start)) + ' ' + lanes[a].y + 'V' + lanes[b].y + 'M' + tenth(x(end)) + ' ' + lanes[a].y + 'V' + lanes[b].y);
      show(path, lanes[a].shown && lanes[b].shown);
    }
    for (const message of messages) drawMessage(message);
    nameMessages();
    for (const mark of marks) {
      const px = x(mark.at);
      mark.node.setAttribute('transform', 'translate(' + tenth(px) + ')');
      show(mark.node, mark.shown && lanes[mark.lane].shown && px >= place.left - 1 && px <= place.width);
    }
    if (pin) drawPin();
    drawAxis();
  }

  /** Hidden lanes take no room. */
  function layLanes() {
    let next = TOP;
    for (const lane of lanes) {
      lane.y = next + lane.above;
      if (lane.shown) next += lane.height;
    }
    place.bottom = next;
    for (const part of laneParts) {
      const lane = lanes[Number(part.dataset.lane)];
      part.setAttribute('transform', 'translate(0 ' + lane.y + ')');
      show(part, lane.shown);
      for (const line of all('.st-base', part)) {
        line.setAttribute('x1', place.left);
        line.setAttribute('x2', place.width - RIGHT);
      }
      for (const name of all('.lane-name', part)) name.setAttribute('x', place.left - 10);
    }
    const height = next + 22;
    svg.setAttribute('viewBox', '0 0 ' + place.width + ' ' + height);
    svg.setAttribute('width', place.width);
    svg.setAttribute('height', height);
    clip.setAttribute('x', place.left);
    clip.setAttribute('width', place.width - place.left);
  }

  function drawMessage(message) {
    const { path, held, lost } = message;
    const [a, b] = [lanes[message.from], lanes[message.to]];
    const isThere = message.shown && a.shown && b.shown;
    show(path, isThere);
    message.line = null;
    if (!isThere) return;
    const [isHeld, isOpen] = [!Number.isNaN(held), Number.isNaN(message.ended)];
    const middle = tenth((a.y + b.y) / 2);
    const start = tenth(x(message.sent));
    const end = tenth(x(isOpen ? WHOLE : message.ended));
    const bend = !isHeld ? '' : 'L' + tenth(x(held)) + ' ' + middle;
    const bar = !isHeld ? '' : 'M' + tenth(x(held) - 4) + ' ' + middle + 'h8';
    const near = tenth(a.y + (b.y - a.y) * 0.85);
    let last;
    if (isOpen) last = !isHeld ? 'L' + end + ' ' + middle : '';
    else last = lost ? 'L' + end + ' ' + near + 'm-3-3l6 6m0-6l-6 6' : 'L' + end + ' ' + b.y;
    path.setAttribute('d', bar + 'M' + start + ' ' + a.y + bend + last);
    message.line = [start, a.y, end, isOpen ? middle : b.y];
  }

  /** What bears on the record says what it is, where there is room for it. */
  function nameMessages() {
    labels.textContent = '';
    const there = messages.filter(({ path, line }) => line && path.classList.contains('bears') && line[2] > place.left && line[0] < place.width);
    if (there.length > MOST_NAMES) return;
    for (const { id, line } of there) {
      const text = labels.appendChild(document.createElementNS(SVG, 'text'));
      text.setAttribute('x', tenth((Math.max(line[0], place.left) + Math.min(line[2], place.width)) / 2 + 5));
      text.setAttribute('y', tenth((line[1] + line[3]) / 2 - 4));
      text.textContent = document.getElementById('message-' + id).cells[5].textContent;
    }
  }

  function drawPin() {
    const px = x(Number(pin.dataset.t));
    pin.setAttribute('transform', 'translate(' + tenth(px) + ')');
    show(pin, px >= place.left && px <= place.width);
    const isRight = px > place.width / 2;
    const text = pin.querySelector('text');
    text.setAttribute('x', isRight ? -6 : 6);
    text.setAttribute('class', isRight ? 'end' : '');
    pin.querySelector('line').setAttribute('y2', place.bottom);
  }

  /** Round times, in seconds of the run, with as many decimals as tell them apart. */
  function drawAxis() {
    const rough = (to - from) / Math.max(2, Math.floor((place.width - place.left) / 120));
    let step = 1;
    while (step * 10 <= rough) step *= 10;
    step *= rough / step > 5 ? 10 : rough / step > 2 ? 5 : rough / step > 1 ? 2 : 1;
    const decimals = step % 1e6 === 0 ? 0 : step % 1e5 === 0 ? 1 : step % 1e4 === 0 ? 2 : step % 1e3 === 0 ? 3 : step % 100 === 0 ? 4 : step % 10 === 0 ? 5 : 6;
    axis.textContent = '';
    for (let time = Math.ceil((START + from) / step) * step; time <= START + to; time += step) {
      const px = tenth(x(time - START));
      const line = axis.appendChild(document.createElementNS(SVG, 'line'));
      for (const [name, value] of [['x1', px], ['x2', px], ['y1', 16], ['y2', place.bottom]]) line.setAttribute(name, value);
      for (const y of [11, place.bottom + 14]) {
        const text = axis.appendChild(document.createElementNS(SVG, 'text'));
        for (const [name, value] of [['x', px], ['y', y], ['class', 'middle']]) text.setAttribute(name, value);
        text.textContent = (time / 1e6).toFixed(decimals) + ' s';
      }
    }
  }

  function show(node, isShown) {
    if (isShown) node.removeAttribute('display');
    else node.setAttribute('display', 'none');
  }

  /** On a narrow screen the diagram is as wide as the screen, not shrunk. */
  function fit() {
    const room = frame.clientWidth;
    const isNarrow = room < 900;
    place = { ...place, left: isNarrow ? 84 : full.left, width: isNarrow ? Math.max(320, room) : full.width };
    draw();
  }

  // ---------------------------------------------------------------- moving

  function look(start, end, isQuiet) {
    const length = Math.max(LEAST, Math.min(WHOLE, end - start));
    from = Math.max(0, Math.min(WHOLE - length, start));
    to = from + length;
    draw();
    if (!isQuiet) remember();
  }

  function zoom(factor, around = (from + to) / 2) {
    look(around - (around - from) * factor, around + (to - around) * factor);
  }

  function pan(share) {
    const by = (to - from) * share;
    look(from + by, to + by);
  }

  const acts = {
    in: () => zoom(0.5),
    out: () => zoom(2),
    all: () => look(0, WHOLE),
    left: () => pan(-0.25),
    right: () => pan(0.25),
    previous: () => walk(-1),
    next: () => walk(1),
  };
  root.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-act]');
    if (button) acts[button.dataset.act]();
  });

  svg.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(pixel(event)[0]));
  }, { passive: false });

  function pixel(event) {
    const box = svg.getBoundingClientRect();
    const scale = place.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  let grip = null;
  svg.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    grip = { id: event.pointerId, px: pixel(event)[0], from, to, isMoved: false };
  });
  svg.addEventListener('pointermove', (event) => {
    if (!grip || event.pointerId !== grip.id) return;
    const by = pixel(event)[0] - grip.px;
    if (!grip.isMoved && Math.abs(by) < 4) return;
    if (!grip.isMoved) svg.setPointerCapture(grip.id);
    grip.isMoved = true;
    frame.classList.add('dragging');
    const time = (by / (place.width - RIGHT - place.left)) * (grip.to - grip.from);
    look(grip.from - time, grip.to - time, true);
  });
  for (const name of ['pointerup', 'pointercancel']) {
    svg.addEventListener(name, (event) => {
      if (!grip || event.pointerId !== grip.id) return;
      frame.classList.remove('dragging');
      if (grip.isMoved) remember();
      else if (name === 'pointerup') pick(event);
      grip = null;
    });
  }

  // ---------------------------------------------------------------- choosing

  const visible = () => marks.filter(({ node }) => !node.hasAttribute('display'));

  /** A click chooses the mark under it, or else the message that passes nearest. */
  function pick(event) {
    const node = event.target.closest('[data-e]');
    const mark = node && marks.find((one) => one.node === node);
    if (mark) {
      chooseMark(mark);
      return;
    }
    const [px, py] = pixel(event);
    let best = null;
    let least = 7;
    for (const message of messages) {
      const distance = message.line ? away(px, py, message.line) : Infinity;
      if (distance < least) [best, least] = [message, distance];
    }
    if (best) chooseMessage(best);
  }

  function away(px, py, [x1, y1, x2, y2]) {
    const [dx, dy] = [x2 - x1, y2 - y1];
    const share = Math.max(0, Math.min(1, ((px - x1) * dx + (py - y1) * dy) / (dx * dx + dy * dy || 1)));
    return Math.hypot(px - x1 - share * dx, py - y1 - share * dy);
  }

  function chooseMark(mark) {
    hold(mark);
    tell(mark.id, mark.node);
  }

  function chooseMessage(message) {
    tell('message-' + message.id, message.path);
  }

  /** One mark can be reached with the Tab key: the one that was last dealt with. */
  function hold(mark) {
    if (current) current.node.setAttribute('tabindex', '-1');
    current = mark;
    mark.node.setAttribute('tabindex', '0');
  }

  function tell(id, node) {
    for (const other of all('.chosen')) other.classList.remove('chosen');
    node.classList.add('chosen');
    chosen = id;
    const row = document.getElementById(id);
    const heads = all('th', row.closest('table')).map((head) => head.textContent);
    const list = document.createElement('dl');
    [...row.cells].forEach((cell, i) => {
      if (cell.textContent.trim() === '') return;
      list.appendChild(document.createElement('dt')).textContent = heads[i];
      list.appendChild(document.createElement('dd')).textContent = cell.textContent.trim();
    });
    const links = document.createElement('p');
    link(links, '#' + id, 'In the table, with a lasting address');
    const sentence = Number(node.dataset.n || 0);
    if (sentence) link(links, '#sentence-' + sentence, 'Sentence ' + sentence);
    const inSlice = id.replace('event-', 'mark-');
    if (inSlice !== id && document.getElementById(inSlice)) link(links, '#' + inSlice, 'In what led to it');
    details.replaceChildren(list, links);
    details.hidden = false;
    remember();
  }

  function link(to, href, text) {
    if (to.childNodes.length) to.append(' · ');
    const anchor = to.appendChild(document.createElement('a'));
    anchor.href = href;
    anchor.textContent = text;
  }

  const told = marks.filter(({ sentence }) => sentence > 0).sort((a, b) => a.sentence - b.sentence);
  let step = -1;
  const counter = root.querySelector('.st-walk output');
  if (counter) counter.textContent = told.length + ' events';

  /** To the sentence before or after, with its surroundings: as near as the events beside it allow. */
  function walk(by) {
    if (told.length === 0) return;
    step = Math.max(0, Math.min(told.length - 1, step + by));
    const mark = told[step];
    const gaps = told.map((other) => Math.abs(other.at - mark.at)).filter((gap) => gap > 0);
    const room = Math.max(1500, Math.min(...gaps, WHOLE / 4));
    look(mark.at - room, mark.at + room, true);
    counter.textContent = step + 1 + ' of ' + told.length;
    chooseMark(mark);
  }

  // ---------------------------------------------------------------- keyboard

  svg.setAttribute('role', 'group');
  svg.setAttribute('tabindex', '0');
  svg.setAttribute('aria-describedby', 'st-help');
  for (const { node, id, sentence } of marks) {
    const cells = document.getElementById(id).cells;
    node.setAttribute('role', 'button');
    node.setAttribute('tabindex', '-1');
    node.setAttribute('aria-label', [2, 3, 1, 4].map((i) => cells[i].textContent.trim()).join(', ') + (sentence ? ', sentence ' + sentence : ''));
  }

  svg.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const mark = marks.find(({ node }) => node === event.target);
    const act = mark ? ofMark(event.key, mark) : ofChart(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  });

  function ofChart(key) {
    const simple = { '+': 'in', '=': 'in', '-': 'out', '0': 'all', ArrowLeft: 'left', ArrowRight: 'right' }[key];
    if (simple) return acts[simple];
    if (key === 'ArrowUp' || key === 'ArrowDown') return () => window.scrollBy(0, key === 'ArrowUp' ? -80 : 80);
    return key === 'Enter' ? () => focusMark(visible().sort((a, b) => a.at - b.at)[0]) : null;
  }

  function ofMark(key, mark) {
    if (key === 'Enter' || key === ' ') return () => chooseMark(mark);
    if (key === 'Escape') return () => svg.focus();
    if (key === 'ArrowRight' || key === 'ArrowLeft') return () => focusMark(beside(mark, key === 'ArrowRight' ? 1 : -1));
    if (key === 'ArrowDown' || key === 'ArrowUp') return () => focusMark(across(mark, key === 'ArrowDown' ? 1 : -1));
    return ofChart(key);
  }

  function beside(mark, by) {
    const order = marks.filter((one) => one.shown && lanes[one.lane].shown).sort((a, b) => a.at - b.at || marks.indexOf(a) - marks.indexOf(b));
    return order[order.indexOf(mark) + by];
  }

  /** The nearest in time on the next lane that has any. */
  function across(mark, by) {
    for (let lane = mark.lane + by; lane >= 0 && lane < lanes.length; lane += by) {
      const there = visible().filter((one) => one.lane === lane);
      if (there.length) return there.reduce((best, one) => (Math.abs(one.at - mark.at) < Math.abs(best.at - mark.at) ? one : best));
    }
    return undefined;
  }

  function focusMark(mark) {
    if (!mark) return;
    if (mark.at < from || mark.at > to) look(mark.at - (to - from) / 2, mark.at + (to - from) / 2);
    hold(mark);
    mark.node.focus();
  }

  // ---------------------------------------------------------------- filters

  const boxes = all('.st-filters input', root);
  function filter() {
    const off = (name) => new Set(boxes.filter((box) => box.name === name && !box.checked).map((box) => box.value));
    const [families, groups, hidden] = [off('f'), off('g'), off('l')];
    for (const message of messages) message.shown = !families.has(message.family);
    for (const mark of marks) mark.shown = !groups.has(mark.group);
    lanes.forEach((lane, i) => (lane.shown = !hidden.has(String(i))));
    draw();
  }
  root.querySelector('.st-filters').addEventListener('change', () => {
    filter();
    remember();
  });

  // ---------------------------------------------------------------- addresses

  /** What is seen goes into the address, so that whoever gets it sees the same. */
  function remember() {
    const parts = [];
    if (from > 0 || to < WHOLE) parts.push('t=' + Math.round(START + from) + '-' + Math.round(START + to));
    const off = boxes.filter((box) => !box.checked).map((box) => box.name + '.' + box.value);
    if (off.length) parts.push('hide=' + off.join(','));
    if (chosen) parts.push('at=' + chosen);
    history.replaceState(null, '', '#surroundings' + (parts.length ? '?' + parts.join('&') : ''));
  }

  function recall() {
    const hash = decodeURIComponent(location.hash.slice(1));
    if (/^(event|message|moment)-[0-9]+$/.test(hash)) {
      const row = document.getElementById(hash);
      if (row) {
        row.closest('details').open = true;
        row.scrollIntoView({ block: 'center' });
      }
      return;
    }
    if (!hash.startsWith('surroundings?')) return;
    const state = new URLSearchParams(hash.slice('surroundings?'.length));
    const hide = new Set((state.get('hide') || '').split(','));
    for (const box of boxes) box.checked = !hide.has(box.name + '.' + box.value);
    filter();
    const span = /^([0-9]+)-([0-9]+)$/.exec(state.get('t') || '');
    if (span) look(Number(span[1]) - START, Number(span[2]) - START, true);
    const wanted = state.get('at') || '';
    const mark = marks.find(({ id }) => id === wanted);
    const message = messages.find(({ id }) => 'message-' + id === wanted);
    if (mark) chooseMark(mark);
    else if (message) chooseMessage(message);
    document.getElementById('surroundings').scrollIntoView();
  }

  root.querySelector('.st-tools').hidden = false;
  fit();
  addEventListener('resize', fit);
  addEventListener('hashchange', recall);
  recall();
})();
`;
