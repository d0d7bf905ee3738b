"""A made-up month of papers as a graph: plausible names, heavy-tailed degrees, a few themes."""

from __future__ import annotations

import random
from typing import Any

import networkx as nx

from kgraph.measures import measures

THEMES: dict[str, dict[str, list[str]]] = {
    "language": {
        "Method": [
            "Large language model",
            "Instruction tuning",
            "Chain-of-thought prompting",
            "LoRA",
            "LLaMA-2",
            "GPT-4",
            "Mixture of experts",
            "Speculative decoding",
            "Direct preference optimization",
        ],
        "Task": [
            "Question answering",
            "Text summarization",
            "Machine translation",
            "Mathematical reasoning",
            "Code generation",
            "Dialogue",
        ],
        "Dataset": ["GSM8K", "MMLU", "HumanEval", "SQuAD", "TruthfulQA", "BIG-Bench"],
        "Metric": ["Perplexity", "BLEU", "ROUGE-L", "pass@1"],
    },
    "images": {
        "Method": [
            "Diffusion model",
            "Latent diffusion model",
            "ControlNet",
            "Classifier-free guidance",
            "GAN",
            "Stable Diffusion",
            "Rectified flow",
            "Variational autoencoder",
        ],
        "Task": ["Text-to-image generation", "Image editing", "Super-resolution", "Image inpainting"],
        "Dataset": ["ImageNet", "LAION-5B", "MS COCO", "FFHQ"],
        "Metric": ["FID", "CLIP score", "Inception score"],
    },
    "video": {
        "Method": ["Video diffusion model", "Temporal attention", "Optical flow", "Motion module", "3D U-Net"],
        "Task": ["Text-to-video generation", "Video editing", "Action recognition", "Video captioning"],
        "Dataset": ["Kinetics-400", "UCF101", "WebVid-10M", "Something-Something V2"],
        "Metric": ["FVD", "Frame consistency"],
    },
    "three dimensions": {
        "Method": [
            "Neural radiance field",
            "3D Gaussian splatting",
            "Signed distance function",
            "Score distillation sampling",
            "Point cloud transformer",
        ],
        "Task": ["Novel view synthesis", "Text-to-3D generation", "Surface reconstruction", "Pose estimation"],
        "Dataset": ["Objaverse", "ShapeNet", "Mip-NeRF 360", "ScanNet"],
        "Metric": ["PSNR", "SSIM", "LPIPS", "Chamfer distance"],
    },
    "agents": {
        "Method": [
            "Reinforcement learning",
            "Proximal policy optimization",
            "Monte Carlo tree search",
            "World model",
            "Behaviour cloning",
            "Tool use",
        ],
        "Task": ["Robot manipulation", "Web navigation", "Planning", "Offline reinforcement learning"],
        "Dataset": ["Atari 100k", "MuJoCo", "WebArena", "ALFWorld", "Open X-Embodiment"],
        "Metric": ["Success rate", "Average return"],
    },
    "speech": {
        "Method": ["Whisper", "Conformer", "Neural audio codec", "wav2vec 2.0", "HuBERT"],
        "Task": ["Speech recognition", "Text-to-speech synthesis", "Music generation", "Speaker verification"],
        "Dataset": ["LibriSpeech", "AudioCaps", "Common Voice", "MusicCaps"],
        "Metric": ["Word error rate", "Mean opinion score"],
    },
    "vision and language": {
        "Method": ["CLIP", "Vision transformer", "Visual instruction tuning", "Q-Former", "Segment Anything Model"],
        "Task": ["Visual question answering", "Image captioning", "Semantic segmentation", "Object detection"],
        "Dataset": ["VQAv2", "ADE20K", "RefCOCO", "Visual Genome"],
        "Metric": ["CIDEr", "mIoU", "Average precision"],
    },
    "retrieval": {
        "Method": [
            "Retrieval-augmented generation",
            "Dense passage retrieval",
            "Contrastive learning",
            "ColBERT",
            "Knowledge distillation",
            "Graph neural network",
        ],
        "Task": ["Passage retrieval", "Fact verification", "Recommendation", "Entity linking"],
        "Dataset": ["Natural Questions", "MS MARCO", "BEIR", "HotpotQA"],
        "Metric": ["nDCG@10", "Recall@k", "Exact match"],
    },
}
EVERYWHERE = {
    "Method": ["Transformer", "Large language model", "Fine-tuning", "Self-attention", "Pre-training"],
    "Metric": ["Accuracy", "F1 score", "Latency"],
    "Task": ["Zero-shot generalization"],
    "Dataset": ["ImageNet"],
}
QUALIFIERS = [
    "adaptive",
    "hierarchical",
    "token-level",
    "cross-modal",
    "sparse",
    "multi-scale",
    "low-rank",
    "uncertainty-aware",
    "causal",
    "progressive",
    "query-based",
    "structure-aware",
    "self-supervised",
    "training-free",
    "long-context",
    "iterative",
    "dual-branch",
    "region-level",
    "curriculum",
    "joint",
]
NOUNS = {
    "Method": [
        "attention",
        "adapter",
        "tokenizer",
        "encoder",
        "reward model",
        "sampling",
        "distillation",
        "regularization",
        "prompting",
        "fusion module",
        "decoder",
        "memory",
        "planner",
        "alignment",
    ],
    "Task": ["detection", "generation", "retrieval", "segmentation", "forecasting", "grounding", "editing"],
    "Dataset": ["Bench", "QA", "Set", "Corpus", "1M"],
    "Metric": ["consistency", "gap", "fidelity score", "throughput"],
}
SYLLABLES = [
    "Vel",
    "Cora",
    "Miri",
    "Tano",
    "Quil",
    "Zeph",
    "Luma",
    "Oris",
    "Pax",
    "Neri",
    "Sol",
    "Brio",
    "Kest",
    "Aven",
    "Dora",
    "Fyn",
    "Halo",
    "Juno",
]
ENDINGS = ["Former", "Net", "LM", "Diff", "Flow", "RAG", "GPT", "3D", "Gen", "Tune"]


def make_field_graph(papers: int = 250, concepts: int = 1500, seed: int = 7) -> nx.MultiDiGraph:
    """Return a graph as kgraph builds it, of about that many papers and concepts."""
    field = _Field(random.Random(seed), fresh=max(0, concepts - 130) / papers)
    for number in range(papers):
        field.add_paper(number)
    return field.graph()


class _Field:
    def __init__(self, chance: random.Random, fresh: float) -> None:
        """`fresh` is the number of concepts that each paper has to itself."""
        self.chance = chance
        self.fresh = fresh
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: dict[tuple[str, str, str], dict[str, Any]] = {}

    def graph(self) -> nx.MultiDiGraph:
        graph: nx.MultiDiGraph = nx.MultiDiGraph(name="kgraph")
        for key in sorted(self.nodes):
            graph.add_node(key, **self.nodes[key])
        for head, tail, relation in sorted(self.edges):
            graph.add_edge(head, tail, key=relation, **self.edges[head, tail, relation])
        nx.set_node_attributes(graph, measures(graph))
        return graph

    def add_paper(self, number: int) -> None:
        themes = list(THEMES)
        theme = themes[int(self.chance.random() ** 1.4 * len(themes))]
        name = self.chance.choice(SYLLABLES) + self.chance.choice(SYLLABLES).lower() + self.chance.choice(ENDINGS)
        own = self.concept("Method", name)
        named = self.named_things(theme, name)
        label = {key: self.nodes[key]["label"] for key in [own, *(key for keys in named.values() for key in keys)]}
        task = label[named["Task"][0]]
        paper = f"paper/2310.{number:05d}"
        self.nodes[paper] = {
            "kind": "Paper",
            "label": f"{name}: {self.chance.choice(QUALIFIERS).capitalize()} {label[named['Method'][0]]} for {task}",
            "identifier": paper.removeprefix("paper/"),
            "pipeline": "kgraph-en 0.1.0",
            "date": f"2023-10-{1 + number % 28:02d}",
            "url": f"https://arxiv.org/abs/{paper.removeprefix('paper/')}",
            "authors": ["A. Author", "B. Writer"],
            "upvotes": number % 40,
        }
        self.link(paper, "introduces", own, paper, f"We introduce {name}, a method for {task}.")
        self.tell(paper, own, named, label)
        for key, text in label.items():
            self.nodes[key]["papers"] += 1
            alias = text + ("s" if number % 3 == 0 else "")
            if all(known["name"] != alias for known in self.nodes[key]["aliases"]):
                self.nodes[key]["aliases"].append(
                    {
                        "name": alias,
                        "rule": "same-name",
                        "paper": paper,
                        "field": "abstract",
                        "start": 0,
                        "end": len(alias) + 18,
                        "text": f"We build on {alias} here.",
                    }
                )

    def named_things(self, theme: str, name: str) -> dict[str, list[str]]:
        """The concepts of one paper by kind: some that many share, some coined for it alone."""
        often = {"Task": (1, 2), "Method": (1, 4), "Dataset": (0, 3), "Metric": (0, 2)}
        named = {kind: [self.pick(kind, theme) for _ in range(self.chance.randint(*n))] for kind, n in often.items()}
        for _ in range(int(self.fresh) + (self.chance.random() < self.fresh % 1)):
            kind = self.chance.choices(["Method", "Task", "Dataset", "Metric"], [6, 2, 2, 1])[0]
            named[kind].append(self.coin(kind, name))
        return {kind: list(dict.fromkeys(keys)) for kind, keys in named.items()}

    def tell(self, paper: str, own: str, named: dict[str, list[str]], label: dict[str, str]) -> None:
        """Link the paper and its method with all that it names, each by a sentence."""
        name = label[own]
        for task in named["Task"]:
            quote = f"We study {label[task]} and show that {name} does it with less data than before."
            self.link(paper, "mentions", task, paper, quote)
            self.link(own, "usedFor", task, paper, quote)
        for i, method in enumerate(named["Method"]):
            quote = f"Built on {label[method]}, our {name} needs no extra supervision."
            if i % 3 == 2:
                self.link(paper, "compares", method, paper, quote)
                self.link(min(own, method), "comparedWith", max(own, method), paper, quote)
            else:
                self.link(paper, "uses", method, paper, quote)
                self.link(method, "partOf", own, paper, quote)
        for dataset in named["Dataset"]:
            quote = f"On {label[dataset]}, {name} is better than earlier work by a wide margin."
            self.link(paper, "uses", dataset, paper, quote)
            self.link(own, "evaluatedOn", dataset, paper, quote)
        for metric in named["Metric"]:
            quote = f"It improves {label[metric]} by 3.1 points without more compute."
            self.link(paper, "mentions", metric, paper, quote)
            self.link(own, "measuredBy", metric, paper, quote)

    def concept(self, kind: str, label: str) -> str:
        slug = "".join(c if c.isalnum() else "-" for c in label.lower()).strip("-")
        key = f"{kind.lower()}/{slug}"
        self.nodes.setdefault(key, {"kind": kind, "label": label, "papers": 0, "aliases": []})
        return key

    def pick(self, kind: str, theme: str) -> str:
        pool = THEMES[theme][kind] if self.chance.random() < 0.75 else EVERYWHERE[kind]
        return self.concept(kind, pool[min(int(self.chance.paretovariate(0.9)) - 1, len(pool) - 1)])

    def coin(self, kind: str, name: str) -> str:
        noun = self.chance.choice(NOUNS[kind])
        if kind == "Dataset":
            return self.concept(kind, f"{name}-{noun}")
        label = f"{self.chance.choice(QUALIFIERS)} {noun}" if self.chance.random() < 0.8 else f"{name} {noun}"
        return self.concept(kind, label[0].upper() + label[1:])

    def link(self, head: str, relation: str, tail: str, paper: str, quote: str) -> None:
        """Add one piece of evidence to an edge; the abstract has the quote from character 40 on."""
        marks = []
        for key in (head, tail):
            label = self.nodes[key]["label"]
            if key != paper and (at := quote.find(label)) >= 0:
                marks.append([at + 40, at + 40 + len(label)])
        score = round(0.55 + 0.44 * self.chance.random(), 4)
        item = {
            "paper": paper,
            "field": "abstract",
            "start": 40,
            "end": 40 + len(quote),
            "quote": quote,
            "score": score,
            "mentions": sorted(marks),
        }
        edge = self.edges.setdefault((head, tail, relation), {"support": 0, "score": 0.0, "evidence": []})
        edge["evidence"].append(item)
        edge["support"] = len({known["paper"] for known in edge["evidence"]})
        edge["score"] = max(edge["score"], score)
