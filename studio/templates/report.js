"use strict";

// The page works without this script: then each player is the browser's own.
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

// Lights the chord that sounds: the last one whose onset has passed.
function chordLight(scope) {
  const marks = [...scope.querySelectorAll("[data-onset]")];
  const onsets = marks.map((mark) => Number(mark.dataset.onset));
  return (seconds, active) => {
    const now = Math.max(...onsets.filter((onset) => onset <= seconds + 0.02));
    marks.forEach((mark, i) => mark.classList.toggle("sounding", active && onsets[i] === now));
  };
}

// Moves the line of the piano roll, keeps it in sight, and seeks where the roll is clicked.
function playhead(scope, audio) {
  const svg = scope.querySelector("svg[data-pixels-per-second]");
  if (!svg) return () => {};
  const line = svg.querySelector(".playhead");
  const scroller = svg.closest(".scroller");
  const width = svg.viewBox.baseVal.width;
  const rate = Number(svg.dataset.pixelsPerSecond);
  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    audio.currentTime = ((event.clientX - box.left) / box.width) * (width / rate);
  });
  return (seconds, playing) => {
    const x = Math.min(seconds * rate, width - 1);
    line.setAttribute("transform", `translate(${x} 0)`);
    if (!scroller) return;
    const left = x - scroller.scrollLeft;
    const outside = left < 0 || left > scroller.clientWidth * 0.8;
    if (playing && outside) scroller.scrollLeft = x - scroller.clientWidth * 0.1; // turns the page, as a reader does
  };
}

function setUp(player) {
  const audio = player.querySelector("audio");
  const [button, slider, time] = ["button", "input", "output"].map((tag) => player.querySelector(tag));
  const scope = document.getElementById(player.dataset.scope);
  const light = chordLight(scope);
  const move = playhead(scope, audio);
  audio.removeAttribute("controls");
  [button, slider, time].forEach((part) => { part.hidden = false; });

  const show = () => {
    const length = Number.isFinite(audio.duration) ? audio.duration : Number(slider.max);
    const playing = !audio.paused && !audio.ended;
    slider.max = length;
    slider.value = audio.currentTime;
    slider.setAttribute("aria-valuetext", `${clock(audio.currentTime)} of ${clock(length)}`);
    time.textContent = `${clock(audio.currentTime)} / ${clock(length)}`;
    button.setAttribute("aria-pressed", String(playing));
    light(audio.currentTime, playing || audio.currentTime > 0);
    move(audio.currentTime, playing);
    if (playing) requestAnimationFrame(show);
  };
  button.addEventListener("click", () => { if (audio.paused) audio.play(); else audio.pause(); });
  slider.addEventListener("input", () => { audio.currentTime = Number(slider.value); });
  audio.addEventListener("play", () => {
    document.querySelectorAll("audio").forEach((other) => { if (other !== audio) other.pause(); });
    show();
  });
  ["pause", "ended", "seeked", "loadedmetadata"].forEach((name) => audio.addEventListener(name, show));
  show();
}

document.querySelectorAll("[data-scope]").forEach(setUp);

document.querySelectorAll(".copy").forEach((button) => {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
});
