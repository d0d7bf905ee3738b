"""JavaScript for tests that look at what is drawn on the map."""

#: Reads the map's pixels into `data`, from a copy: a canvas that is often read is drawn more slowly.
PIXELS = """
  const canvas = document.querySelector("#map canvas");
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  const { data, width } = copy.getImageData(0, 0, canvas.width, canvas.height);
"""
#: Counts the pixels that differ from the corner's.
DRAWN = f"""() => {{{PIXELS}
  let different = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] && Math.abs(data[i] - data[0]) > 20) different++;
  return different;
}}"""
